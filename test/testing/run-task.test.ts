import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { currentContext, currentJob } from '../../src/context/with-context.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { runTask } from '../../src/testing/index.js'
import { rejection } from '../support/refusal.js'

beforeEach(() => forgetTasks())

describe('runTask', () => {
  test('runs a class, and gives result, log and progress', async () => {
    @Task({ name: 'emails.Welcome', queue: 'emails', retries: 4 })
    class Welcome extends BaseTask {
      async run(user: string, at?: number) {
        this.log.info({ user }, 'sending')
        this.log.warn('slow')
        await this.progress(0.5)
        await this.progress({ done: true })
        const { task, queue, attempt, retries } = this.request
        return { user, at: at ?? null, task, queue, attempt, retries }
      }
    }
    expect(await runTask(Welcome, ['u_1', undefined])).toEqual({
      ...{ spawned: [], added: [] },
      result: { user: 'u_1', at: null, task: 'emails.Welcome', queue: 'emails', attempt: 1, retries: 4 },
      logs: [
        { level: 'info', message: 'sending', fields: { user: 'u_1' } },
        { level: 'warn', message: 'slow', fields: undefined },
      ],
      progress: [0.5, { done: true }],
    })
  })

  test('runs a function', async () => {
    const add = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
    expect((await runTask(add, [1, 2])).result).toBe(3)
  })

  test.each([[undefined], [null], [false], [0], ['']])('keeps the result %j', async (value) => {
    const give = defineTask({ name: 'give' }, () => value)
    expect((await runTask(give, [])).result).toBe(value)
  })

  test('hands over copies, as a job would', async () => {
    const given = { list: [1] }
    const change = defineTask({ name: 'change' }, (_, value: { list: number[] }) => {
      value.list.push(2)
      return value
    })
    const { result } = await runTask(change, [given])
    expect(result).toEqual({ list: [1, 2] })
    expect(given).toEqual({ list: [1] })
  })

  test('refuses arguments and results that cannot travel, with their path', async () => {
    const when = defineTask({ name: 'when' }, (_, _at: unknown) => ({ next: new Date(0) }))
    expect(await rejection(runTask(when, [{ at: new Map() }]))).toMatchObject({
      code: 'TASKQ_PAYLOAD_NOT_JSON',
      message: expect.stringContaining('args[0].at'),
    })
    expect(await rejection(runTask(when, [1]))).toMatchObject({
      code: 'TASKQ_PAYLOAD_NOT_JSON',
      message: expect.stringContaining('result.next'),
    })
  })

  test('refuses arguments that the schema refuses, and runs nothing', async () => {
    const ran: string[] = []
    const known = z.string().refine(async (user) => user === 'ann', 'unknown user')
    const greet = defineTask({ name: 'greet', schema: z.tuple([known]) }, (_, user: string) => void ran.push(user))
    expect(await rejection(runTask(greet, ['bob']))).toMatchObject({
      code: 'TASKQ_PAYLOAD_INVALID',
      message: 'greet: args[0]: unknown user',
    })
    await runTask(greet, ['ann'])
    expect(ran).toEqual(['ann'])
  })

  test('hands over arguments as they are, not as the schema makes them', async () => {
    const shout = defineTask({ name: 'shout', schema: z.tuple([z.string().toUpperCase()]) }, (_, text: string) => text)
    expect((await runTask(shout, ['hey'])).result).toBe('hey')
  })

  test('plays a slot of a schedule entry, and none', async () => {
    const report = defineTask({ name: 'report' }, ({ request }) => request.schedule?.slot.toISOString() ?? 'none')
    const schedule = { name: 'nightly', slot: new Date(0) }
    expect((await runTask(report, [], { schedule })).result).toBe('1970-01-01T00:00:00.000Z')
    expect((await runTask(report, [])).result).toBe('none')
  })

  test('plays any attempt, and any signal', async () => {
    const second = defineTask({ name: 'second' }, ({ request, signal }) => [request.attempt, signal.aborted])
    expect((await runTask(second, [], { attempt: 2 })).result).toEqual([2, false])
    expect((await runTask(second, [], { signal: AbortSignal.abort() })).result).toEqual([1, true])
  })

  test('goes by the taskOptions that it is given', async () => {
    const told = defineTask({ name: 'reports.Told', retries: 1 }, ({ request }) => [request.retries, request.queue])
    expect((await runTask(told, [])).result).toEqual([1, 'default'])
    const taskOptions = { 'reports.*': { retries: 5, queue: 'reports' } }
    expect((await runTask(told, [], { taskOptions })).result).toEqual([5, 'reports'])
  })

  test('throws what the task throws, itself', async () => {
    const error = new RangeError('no')
    const fails = defineTask({ name: 'fails' }, () => Promise.reject(error))
    expect(await rejection(runTask(fails, []))).toBe(error)
  })

  test('refuses a class that is no task', async () => {
    class Plain extends BaseTask {
      async run() {}
    }
    expect(await rejection(runTask(Plain, []))).toMatchObject({ code: 'TASKQ_TASK_NOT_REGISTERED' })
  })
})

describe('what is around a run', () => {
  test('is what a worker would put there: its job, and a context that was given', async () => {
    const task = defineTask({ name: 'around' }, async () => {
      await Promise.resolve()
      currentJob()?.log.info('from below')
      return { context: currentContext(), job: currentJob()?.request.task }
    })
    const { result, logs } = await runTask(task, [], { context: { tenant: 'a' } })
    expect(result).toEqual({ context: { tenant: 'a' }, job: 'around' })
    expect(logs).toMatchObject([{ message: 'from below' }])
    expect(currentJob()).toBeUndefined()
    expect((await runTask(task, [])).result).toMatchObject({ context: {} })
  })
})

test('a task that keeps no result may return what cannot travel', async () => {
  const task = defineTask({ name: 'careless', ignoreResult: true }, () => new Map([['a', 1]]))
  expect((await runTask(task, [])).result).toEqual(new Map([['a', 1]]))
})
