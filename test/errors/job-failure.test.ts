import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { describeFailure, errorOf, JobFailedError } from '../../src/errors/job-failure.js'

describe('describeFailure', () => {
  test('keeps name, message, stack and code of an error', () => {
    const error = Object.assign(new TypeError('no such thing'), { code: 'ENOENT' })
    expect(describeFailure(error)).toEqual({
      name: 'TypeError',
      message: 'no such thing',
      stack: error.stack,
      code: 'ENOENT',
    })
  })

  test('names an error by its class where it has no name of its own', () => {
    class CardDeclined extends Error {}
    expect(describeFailure(new CardDeclined('no')).name).toBe('CardDeclined')
    expect(describeFailure(Object.assign(new CardDeclined('no'), { name: 'Declined' })).name).toBe('Declined')
    expect(describeFailure(Object.assign(new Error('no'), { constructor: undefined })).name).toBe('Error')
  })

  test('knows an error of another realm', () => {
    const foreign = runInNewContext("new RangeError('far away')")
    expect(foreign).not.toBeInstanceOf(Error)
    expect(describeFailure(foreign)).toMatchObject({ name: 'RangeError', message: 'far away' })
    expect(errorOf(foreign)).toMatchObject({ name: 'RangeError', message: 'far away', cause: foreign })
  })

  test('writes a number code as text and drops a code of another type', () => {
    expect(describeFailure(Object.assign(new Error('x'), { code: 550 })).code).toBe('550')
    expect(describeFailure(Object.assign(new Error('x'), { code: { a: 1 } }))).not.toHaveProperty('code')
  })

  test.each([
    ['a string', 'boom', '"boom"'],
    ['an object', { code: 7 }, '{"code":7}'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a bigint', 10n, '[object BigInt]'],
    ['a function', () => 1, '() => 1'],
  ])('describes %s that was thrown', (_name, thrown, shown) => {
    expect(describeFailure(thrown)).toEqual({
      name: 'NonError',
      message: `a value that is no Error was thrown: ${shown}`,
    })
  })

  test('describes a value that JSON cannot write', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(describeFailure(circle).message).toContain('[object Object]')
  })

  test('keeps at most five causes, also of a chain that bites its tail', () => {
    const error = new Error('endless')
    error.cause = error
    let depth = 0
    for (let failure = describeFailure(error).cause; failure !== undefined; failure = failure.cause) depth++
    expect(depth).toBe(5)
  })

  test('keeps a cause that is no Error', () => {
    expect(describeFailure(new Error('a', { cause: 'b' })).cause?.message).toContain('"b"')
  })

  test('cuts text at 16 KiB', () => {
    const { message } = describeFailure(new Error('x'.repeat(20_000)))
    expect(message).toHaveLength(16_385)
    expect(message.endsWith('x…')).toBe(true)
  })

  test('gives what JSON keeps unchanged', () => {
    const failure = describeFailure(new Error('a', { cause: new RangeError('b') }))
    expect(JSON.parse(JSON.stringify(failure))).toEqual(failure)
  })
})

describe('JobFailedError', () => {
  test('names the task, the job and the original error', () => {
    const failure = describeFailure(new TypeError('no address'))
    const error = new JobFailedError('j1', 'emails.Send', failure)
    expect(error).toMatchObject({ name: 'JobFailedError', code: 'TASKQ_JOB_FAILED', jobId: 'j1', failure })
    expect(error.message).toBe('emails.Send (j1) failed: TypeError: no address')
  })

  test('keeps the code of a crash', () => {
    const crashed = { name: 'TaskqError', message: 'crashed', code: 'TASKQ_JOB_CRASHED' }
    expect(new JobFailedError('j1', 'A', crashed).code).toBe('TASKQ_JOB_CRASHED')
  })
})
