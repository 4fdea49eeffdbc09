import { type } from 'arktype'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isTaskqError } from '../../src/errors/taskq-error.js'
import { argsProblems, checkArgs, isStandardSchema, type StandardSchema } from '../../src/task/schema.js'
import { refusal, rejection } from '../support/refusal.js'

const mail = z.tuple([z.email(), z.number().int(), z.object({ cc: z.array(z.email()).optional() }).optional()])
const later = z.tuple([z.string().refine(async (text) => text === 'known', 'unknown user')])

/** A schema that answers so, as one of a library might. */
function answering(validate: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } }
}
const throwing = (thrown: unknown) =>
  answering(() => {
    throw thrown
  })
const refusing = (...issues: unknown[]) => answering(() => ({ issues }))
const task = (schema: unknown) => ({ name: 'SendMail', schema: schema as StandardSchema | undefined })
const check = (schema: unknown, args: readonly unknown[]) => checkArgs(task(schema), args)

describe('checkArgs', () => {
  test('is silent, and asks for no wait, where the arguments fit or nothing is asked of them', () => {
    expect(check(mail, ['a@b.cd', 1])).toBeUndefined()
    expect(check(undefined, [new Date()])).toBeUndefined()
  })

  test('names all that is wrong at once, with its place', () => {
    expect(refusal(() => check(mail, ['nobody', 1.5, { cc: ['a@b.cd', 'c'] }]))).toMatchObject({
      code: 'TASKQ_PAYLOAD_INVALID',
      message:
        'SendMail: args[0]: Invalid email address; args[1]: Invalid input: expected int, received number; ' +
        'args[2].cc[1]: Invalid email address',
      hint: "Send what the task's schema lets pass.",
      data: {
        task: 'SendMail',
        issues: [
          { path: 'args[0]', message: 'Invalid email address' },
          { path: 'args[1]', message: 'Invalid input: expected int, received number' },
          { path: 'args[2].cc[1]', message: 'Invalid email address' },
        ],
      },
    })
  })

  test('says so where the number of arguments is wrong', () => {
    expect(refusal(() => check(mail, []))).toMatchObject({
      message: 'SendMail: args: Too small: expected array to have >=2 items',
    })
  })

  test('waits for a schema that takes its time', async () => {
    expect(await check(later, ['known'])).toBeUndefined()
    expect(await rejection(check(later, ['x']) as Promise<void>)).toMatchObject({
      code: 'TASKQ_PAYLOAD_INVALID',
      message: 'SendMail: args[0]: unknown user',
    })
  })

  test('shows a schema the arguments as they are sent: without undefined at their end', () => {
    const seen: unknown[] = []
    const schema = answering((value) => {
      seen.push(value)
      return { value }
    })
    void check(schema, ['a', undefined, undefined])
    void check(schema, [undefined, 'a'])
    expect(seen).toEqual([['a'], [undefined, 'a']])
  })

  test.each([
    ['an error', new RangeError('no database'), 'no database'],
    ['text', 'boom', 'a value that is no Error was thrown: "boom"'],
    ['nothing', undefined, 'a value that is no Error was thrown: undefined'],
  ])('refuses where the schema throws %s, at once or later', async (_, thrown, message) => {
    const expected = { code: 'TASKQ_PAYLOAD_INVALID', message: `SendMail: args: the schema failed: ${message}` }
    const now = refusal(() => check(throwing(thrown), []))
    const then = await rejection(
      check(
        answering(() => Promise.reject(thrown)),
        [],
      ) as Promise<void>,
    )
    for (const error of [now, then]) {
      expect(error).toMatchObject(expected)
      expect((error as Error).cause).toBe(thrown)
    }
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'yes'],
    ['issues that are not there', { issues: [null] }],
    ['a message that is no text', { issues: [{ message: Object.create(null) }] }],
  ])('refuses where a broken schema answers %s', async (_, answer) => {
    const message = expect.stringMatching(/^SendMail: args: the schema failed: ./)
    expect(
      refusal(() =>
        check(
          answering(() => answer),
          [],
        ),
      ),
    ).toMatchObject({ message })
    expect(
      await rejection(
        check(
          answering(async () => answer),
          [],
        ) as Promise<void>,
      ),
    ).toMatchObject({ message })
  })

  test.each([{ issues: [] }, { issues: 7 }, { value: 1, issues: 'no' }, {}])(
    'refuses where it answers %j',
    (answer) => {
      expect(
        refusal(() =>
          check(
            answering(() => answer),
            [1],
          ),
        ),
      ).toMatchObject({
        message: 'SendMail: args: refused, and the schema does not say why',
      })
    },
  )

  test('names twenty of very many issues, and keeps every one', () => {
    const error = refusal(() => check(z.array(z.string()), Array(1000).fill(1)))
    expect(isTaskqError(error, 'TASKQ_PAYLOAD_INVALID') && error.data?.issues).toHaveLength(1000)
    expect((error as Error).message).toMatch(/args\[19\]: [^;]+; and 980 more$/)
  })

  test('reads each form of a path that Standard Schema allows, of any class of array', () => {
    class Path extends Array<PropertyKey> {
      // As arktype's: made of its items, so that the array its own `map` makes has one item too many, or wrong ones.
      constructor(...items: PropertyKey[]) {
        super()
        this.push(...items)
      }
    }
    const schema = refusing(
      { message: 'a' },
      { message: 'b', path: [0, { key: 'user' }, 'a b', Symbol('s')] },
      { message: 'c', path: new Path() },
      { message: 'd', path: new Path(1, 'x') },
    )
    expect(argsProblems(task(schema), [])).toEqual([
      'args: a',
      'args[0].user["a b"][Symbol(s)]: b',
      'args: c',
      'args[1].x: d',
    ])
  })
})

describe('argsProblems', () => {
  test('gives what checkArgs would refuse, and nothing where it would not', async () => {
    expect(argsProblems(task(mail), ['nobody', 1])).toEqual(['args[0]: Invalid email address'])
    expect(argsProblems(task(mail), ['a@b.cd', 1])).toEqual([])
    expect(argsProblems(task(undefined), [1])).toEqual([])
    expect(await argsProblems(task(later), ['x'])).toEqual(['args[0]: unknown user'])
    expect(await argsProblems(task(throwing(new Error('x'))), [])).toEqual(['args: the schema failed: x'])
  })

  test('never throws, whatever a schema answers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ issues: fc.array(fc.anything()) })), (answer) => {
        fc.pre(typeof (answer as { then?: unknown } | undefined)?.then !== 'function')
        expect(argsProblems(task(answering(() => answer)), [])).toSatisfy(Array.isArray)
      }),
      { numRuns: 500 },
    )
  })
})

describe('isStandardSchema', () => {
  test.each<[string, unknown, boolean]>([
    ['a schema of zod', mail, true],
    [
      'a function with the property, as of arktype',
      Object.assign(
        () => {},
        answering(() => ({})),
      ),
      true,
    ],
    ['a function', () => {}, false],
    ['the constructor of a schema', z.string, false],
    ['a plain object', {}, false],
    ['null', null, false],
    ['text', 'email', false],
    ['another version', { '~standard': { version: 2, vendor: 'x', validate: () => ({}) } }, false],
    ['no validate', { '~standard': { version: 1, vendor: 'x' } }, false],
    ['null for the property', { '~standard': null }, false],
  ])('%s', (_, value, expected) => {
    expect(isStandardSchema(value)).toBe(expected)
  })
})

describe.each<[string, StandardSchema<[string, number]>]>([
  ['zod', z.tuple([z.string().regex(/@/), z.number()])],
  ['valibot', v.tuple([v.pipe(v.string(), v.includes('@')), v.number()])],
  ['arktype', type(['/@/', 'number'])],
])('a schema of %s', (_, schema) => {
  test('lets pass what fits', async () => {
    await expect(Promise.resolve(check(schema, ['a@b.cd', 1]))).resolves.toBeUndefined()
  })

  test('says where what does not fit is', async () => {
    const problems = await argsProblems(task(schema), ['nobody', '1'])
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['args[0]', 'args[1]'])
  })
})
