import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { AnyCanvas, Canvas } from '../../src/canvas/canvas.js'
import type { CanvasData, TaskData } from '../../src/canvas/canvas-data.js'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { describeCanvas } from '../../src/canvas/describe-canvas.js'
import { group } from '../../src/canvas/group.js'
import { chunks, map, starmap } from '../../src/canvas/map.js'
import { signature } from '../../src/canvas/signature.js'
import { signatureOf } from '../../src/canvas/signature-of.js'
import { findInexact } from '../../src/codec/exact-json.js'
import { defineTask } from '../../src/task/define-task.js'
import { recordEnqueued, type Started } from '../support/recording-enqueuer.js'

const add = defineTask({ name: 'canvas.add' }, (_, x: number, y: number) => x + y)
const sum = defineTask({ name: 'canvas.sum' }, (_, numbers: readonly number[]) => numbers.length)
const s = (task: string, ...args: unknown[]) => signature<string>(task, args)

/** A canvas as the text of its tasks: `a(1) > [b(), c()]`. */
function write(canvas: AnyCanvas | CanvasData): string {
  const data = canvas as CanvasData
  const all = (parts: readonly CanvasData[], sign: string) => parts.map(write).join(sign)
  const called = `${data.links.map((link) => `+${write(link)}`)}${data.errorLinks.map((link) => `!${write(link)}`)}`
  switch (data.kind) {
    case 'task':
      return `${data.task}(${data.args.map((arg) => JSON.stringify(arg)).join()})${called}`
    case 'chain':
      return called === '' ? all(data.parts, ' > ') : `{${all(data.parts, ' > ')}}${called}`
    case 'group':
      return `[${all(data.members, ', ')}]${called}`
    case 'chord':
      return `{${write(data.header)} >> ${write(data.body)}}${called}`
  }
}

const refused = expect.objectContaining({ code: 'TASKQ_WORKFLOW_INVALID' })

describe('canvases', () => {
  const all = chain(s('a', 1).link(s('l')), group(s('b'), s('c')).onError(s('x')), chord([s('d')], s('e')))

  test('are frozen data all the way down, and no promises', async () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
    expect(frozen(all)).toBe(true)
    expect(await all).toBe(all)
    expect('then' in all).toBe(false)
  })

  test('are their data as JSON, and pass for the plain data that they are', () => {
    const travelled = JSON.parse(JSON.stringify(all)) as CanvasData
    expect(travelled).toEqual({
      kind: 'chain',
      parts: [
        expect.objectContaining({
          kind: 'task',
          task: 'a',
          args: [1],
          links: [expect.objectContaining({ task: 'l' })],
        }),
        expect.objectContaining({ kind: 'group', allowFailures: false }),
        expect.objectContaining({ kind: 'chord' }),
      ],
      links: [],
      errorLinks: [],
    })
    expect(findInexact(all, 'canvas')).toBeUndefined()
    expect(write(signatureOf(travelled))).toBe(write(all))
    expect(structuredClone(all)).toEqual(travelled)
    expect(signatureOf(all as unknown as CanvasData)).toBe(all)
  })

  test('are shown as what they are', () => {
    expect(inspect(s('a', 1))).toMatch(/^Canvas \{\s+kind: 'task',\s+task: 'a',\s+args: \[ 1 \]/)
    expect(`${chain(s('a'), group(s('b'), s('c')))}`).toBe('a → (b, c)')
  })

  test('put chains into one another, and pipes make chains', () => {
    expect(write(chain(chain(s('a'), s('b')), chain(s('c'))))).toBe('a() > b() > c()')
    expect(
      write(
        s('a')
          .pipe(s('b'))
          .pipe(chain(s('c'), s('d'))),
      ),
    ).toBe('a() > b() > c() > d()')
    expect(write(chain(chain(s('a'), s('b')).link(s('l')), s('c')))).toBe('{a() > b()}+l() > c()')
    expect(write(chain([s('a'), s('b')]))).toBe('a() > b()')
    expect(write(group(s('a'), s('b')).pipe(s('c')))).toBe('[a(), b()] > c()')
  })

  test('put what is missing in front of the arguments of what they begin with', () => {
    const partial = <R>(canvas: Canvas<R>) => canvas as unknown as Canvas<R, [number]>
    expect(write(partial(s('a', 2)).clone(1))).toBe('a(1,2)')
    expect(write(partial(chain(s('a', 2), s('b'))).clone(1))).toBe('a(1,2) > b()')
    expect(write(partial(chord([s('a'), chain(s('b'), s('c'))], s('d'))).clone(1))).toBe('{[a(1), b(1) > c()] >> d()}')
    expect(write(partial(group(s('a'), signature('b', [2], {}, true))).clone(1))).toBe('[a(1), b(2)]')
  })

  test('set options and headers on every task, headers on callbacks too', () => {
    const tasks = (data: CanvasData): TaskData[] =>
      JSON.stringify(data) && data.kind === 'task'
        ? [data, ...[...data.links, ...data.errorLinks].flatMap(tasks)]
        : Object.values(data)
            .flat()
            .flatMap((part) => (typeof part === 'object' && part !== null ? tasks(part) : []))
    const made = chain(
      s('a').set({ queue: 'own' }).link(s('l')),
      chord([s('b')], s('c').set({ headers: { shop: 'own', a: 1 } })),
    )
    const queues = tasks(made.set({ queue: 'all', priority: 1 }) as unknown as CanvasData)
    expect(queues.map(({ task, options: { queue } }) => [task, queue])).toEqual([
      ['a', 'all'],
      ['l', undefined],
      ['b', 'all'],
      ['c', 'all'],
    ])
    const stamped = tasks(made.stamp({ shop: 'x' }).stamp(({ task }) => ({ task })) as unknown as CanvasData)
    expect(stamped.map(({ options: { headers } }) => headers)).toEqual([
      { shop: 'x', task: 'a' },
      { shop: 'x', task: 'l' },
      { shop: 'x', task: 'b' },
      { shop: 'own', a: 1, task: 'c' },
    ])
  })

  test('skew the beginnings of a group', () => {
    const countdowns = (canvas: AnyCanvas) =>
      (canvas as unknown as { members: CanvasData[] }).members.map((member) => {
        const first = (member.kind === 'chain' ? member.parts[0] : member) as TaskData
        return first.options.countdown
      })
    const made = group(s('a'), chain(s('b'), s('c')), s('d'))
    expect(countdowns(made.skew())).toEqual([1000, 2000, 3000])
    expect(countdowns(made.skew({ start: 0, step: '10s', stop: '15s' }))).toEqual([0, 10_000, 15_000])
    expect(() => made.skew({ step: 'x' as never })).toThrowError(/skew.step: expected a duration/)
    expect('skew' in chain(s('a'))).toBe(false)
  })

  test('run a task for many items in one job, or in few', () => {
    expect(map(sum, [[1], [2]])).toMatchObject({ task: 'canvas.sum', args: [[[1], [2]]], each: 'map', immutable: true })
    expect(map(sum)).toMatchObject({ args: [], each: 'map', immutable: false })
    expect(starmap(add, [[1, 2]])).toMatchObject({ args: [[[1, 2]]], each: 'starmap', immutable: true })
    const lists = Array.from({ length: 5 }, (_, x) => [x, x] as [number, number])
    expect(chunks(add, lists, 2)).toMatchObject({
      kind: 'group',
      members: [{ args: [lists.slice(0, 2)] }, { args: [lists.slice(2, 4)] }, { args: [lists.slice(4)] }],
    })
    expect(chunks(add, new Set(lists), 10)).toMatchObject({ members: [{ args: [lists] }] })
    for (const size of [0, 1.5, '2' as never]) expect(() => chunks(add, lists, size)).toThrowError(refused)
  })

  test('refuse what is none', () => {
    const wrong: (() => unknown)[] = [
      () => chain([]),
      () => chain(s('a'), 'b' as never),
      () => group([s('a'), undefined as never]),
      () => group(s('a'), sum as never),
      () => chord(s('a') as never, s('b')),
      () => chord([s('a')], undefined as never),
      () => s('a').link(undefined as never),
      () => s('a').pipe({} as never),
      () => signature('no name'),
      () => signature('a', 'b' as never),
      () => signatureOf({ kind: 'toString' } as never),
      () => signatureOf({ ...(s('a') as unknown as TaskData), each: 'some' as never }),
      () => signatureOf({ kind: 'group', members: [], allowFailures: 1, links: [], errorLinks: [] } as never),
    ]
    for (const make of wrong) expect(make, String(make)).toThrowError(refused)
    expect(() => chain(s('a'), sum as never)).toThrowError(
      /chain: part 2: expected a signature, got the task canvas.sum/,
    )
  })
})

describe('sending canvases', () => {
  test('makes a plain job of a task, and a workflow of anything else', async () => {
    const started: Started[] = []
    const sent = recordEnqueued(started)
    await s('a', 1).delay()
    await add.s(2).delay(1)
    expect(sent.map(({ task, args }) => [task, args])).toEqual([
      ['a', [1]],
      ['canvas.add', [1, 2]],
    ])
    await chain(add.s(2), s('b')).delay(1)
    await group(s('a'), s('b')).applyAsync({ name: 'both', expires: '1h' })
    await map(sum, [[1]]).delay()
    expect(sent).toHaveLength(2)
    expect(started.map(({ canvas, options }) => [write(canvas), options])).toEqual([
      ['canvas.add(1,2) > b()', {}],
      ['[a(), b()]', { name: 'both', expires: '1h' }],
      ['canvas.sum([[1]])', {}],
    ])
  })

  test('makes a workflow of a task with callbacks: its id is the workflow’s, other options are the task’s', async () => {
    const started: Started[] = []
    recordEnqueued(started)
    await s('a').set({ queue: 'q', priority: 1 }).onError(s('x')).applyAsync({ taskId: 'mine', priority: 2 })
    expect(started).toMatchObject([
      { canvas: { task: 'a', options: { queue: 'q', priority: 2 } }, options: { taskId: 'mine' } },
    ])
    expect(started[0]?.canvas).not.toHaveProperty('options.taskId')
  })
})

describe('describeCanvas', () => {
  const named = (canvas: AnyCanvas) => describeCanvas(canvas as unknown as CanvasData)

  test('names a workflow by its tasks', () => {
    expect(named(s('a'))).toBe('a')
    expect(named(chain(s('a'), group(s('b'), chain(s('c'), s('d'))), s('e')))).toBe('a → (b, c → d) → e')
    expect(
      named(
        chord(
          Array.from({ length: 100 }, () => s('Fetch')),
          s('Merge'),
        ),
      ),
    ).toBe('100 × Fetch → Merge')
    expect(named(group(s('a')))).toBe('(a)')
    expect(named(chain(group(), s('a')))).toBe('empty group → a')
    expect(named(map(sum))).toBe('map(canvas.sum)')
    expect(named(chain(chain(s('a'), s('b')).link(s('l')), s('c')))).toBe('(a → b) → c')
  })

  test('cuts long names, and reads no more of a large one than it needs', () => {
    const long = named(chain(Array.from({ length: 20_000 }, () => s('task'))))
    expect(long).toHaveLength(100)
    expect(long.endsWith('…')).toBe(true)
  })
})
