import { describe, expect, test } from 'vitest'
import { JobFailedError } from '../../src/errors/job-failure.js'
import { isTaskqError, TaskqError } from '../../src/errors/taskq-error.js'

describe('TaskqError', () => {
  test('carries code, hint, cause and data', () => {
    const cause = new Error('socket closed')
    const error = new TaskqError('TASKQ_BROKER_UNREACHABLE', 'no answer', {
      hint: 'Start Redis.',
      cause,
      data: { port: 6379 },
    })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'TaskqError', code: 'TASKQ_BROKER_UNREACHABLE', hint: 'Start Redis.', cause })
    expect(error.data).toEqual({ port: 6379 })
  })

  test('has no cause property when there is none', () => {
    expect('cause' in new TaskqError('TASKQ_USAGE', 'wrong')).toBe(false)
  })
})

describe('isTaskqError', () => {
  const error = new TaskqError('TASKQ_RESULT_TIMEOUT', 'too late')

  test('accepts a TaskqError, and one of its code', () => {
    expect(isTaskqError(error)).toBe(true)
    expect(isTaskqError(error, 'TASKQ_RESULT_TIMEOUT')).toBe(true)
    expect(isTaskqError(new JobFailedError('1', 'A', { name: 'E', message: 'm' }))).toBe(true)
  })

  test('refuses another code, another error and what is no error', () => {
    expect(isTaskqError(error, 'TASKQ_RESULT_UNKNOWN')).toBe(false)
    expect(isTaskqError(Object.assign(new Error('x'), { code: 'TASKQ_RESULT_TIMEOUT' }))).toBe(false)
    for (const value of [undefined, null, 'TASKQ_USAGE', { code: 'TASKQ_USAGE' }])
      expect(isTaskqError(value)).toBe(false)
  })

  test('accepts the error of a second copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { code: 'TASKQ_USAGE', [Symbol.for('taskq.error')]: true })
    expect(foreign).not.toBeInstanceOf(TaskqError)
    expect(isTaskqError(foreign, 'TASKQ_USAGE')).toBe(true)
  })
})
