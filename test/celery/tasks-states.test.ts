import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import type { RunEnd } from '../../src/task/hooks.js'
import { Task } from '../../src/task/task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { definitionOf, serve } from './serve.js'

// The examples of the chapter "Tasks" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/tasks.html). Without a twin are those about the choice of a result
// backend, pickle, Python's loggers and its standard output.

const broker = brokerOfFile()

const FAST = { type: 'fixed', delay: 5, jitter: false } as const

describe('States', () => {
  test('PENDING is two states here; STARTED, RETRY, SUCCESS and FAILURE are told without being asked for', async () => {
    const gate = Promise.withResolvers<void>()
    @Task({ retries: 1, backoff: { type: 'fixed', delay: 1500, jitter: false } })
    class Moves extends BaseTask {
      async run(end: 'well' | 'badly') {
        await gate.promise
        if (this.request.attempt === 1 || end === 'badly') throw new Error(end)
      }
    }
    const app = testApp(broker, { tasks: [definitionOf(Moves)] })
    const well = await Moves.delay('well')
    const badly = await Moves.delay('badly')
    expect([await app.client.result('nobody').state(), await well.state()]).toEqual(['unknown', 'queued'])
    const { events } = await app.worker()
    await events.count('job.started', 2)
    expect(await well.state()).toBe('active')
    gate.resolve()
    await events.waitFor('job.retried', ({ id }) => id === well.id)
    expect([await well.state(), (await well.error())?.message]).toEqual(['retrying', 'well'])
    await well.get()
    await rejection(badly.get())
    expect([await well.state(), await badly.state()]).toEqual(['succeeded', 'dead'])
    expect(await badly.error()).toMatchObject({ message: 'badly', stack: expect.stringContaining('Moves.run') })
  })

  test('custom states: progress, typed, with current and total', async () => {
    const seen: { current: number; total: number }[] = []
    const gate = Promise.withResolvers<void>()
    @Task()
    class UploadFiles extends BaseTask<{ current: number; total: number }> {
      async run(filenames: string[]) {
        await gate.promise
        for (const current of filenames.keys()) {
          await this.progress({ current, total: filenames.length })
          await sleep(20)
        }
      }
    }
    await serve(broker, UploadFiles)
    const result = await UploadFiles.delay(['a', 'b', 'c'])
    gate.resolve()
    for await (const value of result.progress({ timeout: '10s' })) seen.push(value)
    expect(seen.at(-1)).toEqual({ current: 2, total: 3 })
  })

  test('exceptions of any shape can be thrown: nothing is pickled', async () => {
    class HttpError extends Error {
      constructor(
        readonly status: number,
        readonly headers: object,
      ) {
        super(`status ${status}`)
      }
    }
    @Task()
    class Fetches extends BaseTask {
      run() {
        throw new HttpError(404, { circular: this })
      }
    }
    await serve(broker, Fetches)
    expect(await rejection((await Fetches.delay()).get())).toMatchObject({
      failure: { name: 'HttpError', message: 'status 404' },
    })
  })
})

test('Hiding sensitive information in arguments: by the names of fields, wherever they are shown (argsrepr there)', async () => {
  const charge = defineTask({ name: 'charge' }, (_, account: string, card: { creditCard: string }) => [
    account,
    card.creditCard.slice(-4),
  ])
  const app = testApp(broker, { tasks: [charge] })
  const result = await charge.delay('a1', { creditCard: '1234 5678 1234 5678' })
  const shown = await readJobDetail(app.engine, result.id, plainViewer())
  expect(shown?.argsJson).toBe('["a1",{"creditCard":"***"}]')
  await app.worker()
  expect(await result.get()).toEqual(['a1', '5678'])
})

describe('Custom task classes', () => {
  test('Instantiation: an instance is of one run; what processes share is static', async () => {
    let connections = 0
    abstract class DatabaseTask extends BaseTask {
      static #db: { rows: number[] } | undefined
      calls = 0
      get db() {
        if (DatabaseTask.#db === undefined) connections++
        DatabaseTask.#db ??= { rows: [1, 2, 3] }
        return DatabaseTask.#db
      }
    }
    @Task()
    class ProcessRows extends DatabaseTask {
      run() {
        this.calls++
        return { calls: this.calls, rows: this.db.rows.length }
      }
    }
    await serve(broker, ProcessRows)
    for (const _ of [1, 2]) expect(await (await ProcessRows.delay()).get()).toEqual({ calls: 1, rows: 3 })
    expect(connections).toBe(1)
  })

  test('App-wide usage (task_cls): a base class of the project, and middleware for what goes around every run', async () => {
    const told: string[] = []
    abstract class OurTask extends BaseTask {
      override afterReturn({ state }: RunEnd) {
        told.push(`${this.request.task} ${state}`)
      }
    }
    @Task()
    class Mine extends OurTask {
      run() {
        return 1
      }
    }
    const plain = defineTask({ name: 'plain' }, () => 2)
    const app = testApp(broker, {
      tasks: [definitionOf(Mine), plain],
      config: {
        middleware: [
          {
            run: async (context, next) => {
              told.push(`before ${context.request.task}`)
              return next()
            },
          },
        ],
      },
    })
    await app.worker()
    expect([await (await Mine.delay()).get(), await (await plain.delay()).get()]).toEqual([1, 2])
    expect(told).toEqual(['before Mine', 'Mine succeeded', 'before plain'])
  })

  test('Handlers: before_start, on_success, on_retry, on_failure, after_return', async () => {
    const told: string[] = []
    abstract class Handled extends BaseTask {
      override beforeStart() {
        told.push(`before ${this.request.attempt}`)
      }
      override onSuccess(result: unknown) {
        told.push(`success ${result}`)
      }
      override onRetry(error: Error) {
        told.push(`retry ${error.message}`)
      }
      override onFailure(error: Error) {
        told.push(`failure ${error.message}`)
      }
      override afterReturn({ state }: RunEnd) {
        told.push(state)
      }
    }
    @Task({ retries: 1, backoff: FAST })
    class Divides extends Handled {
      run(x: number, y: number) {
        if (y === 0) throw new RangeError('by zero')
        return x / y
      }
    }
    await serve(broker, Divides)
    await (await Divides.delay(6, 2)).get()
    expect(told.splice(0)).toEqual(['before 1', 'success 3', 'succeeded'])
    await rejection((await Divides.delay(6, 0)).get())
    expect(told).toEqual([...['before 1', 'retry by zero', 'retrying'], ...['before 2', 'failure by zero', 'failed']])
  })

  test('Requests: a handler hears of a hard time limit, too', async () => {
    const warnings: string[] = []
    abstract class MyTask extends BaseTask {
      override onFailure(error: Error) {
        const isTimeout = (error as { code?: string }).code === 'TASKQ_JOB_TIME_LIMIT'
        warnings.push(`${isTimeout ? 'a hard timeout was enforced' : 'failure detected'} for task ${this.request.task}`)
      }
    }
    @Task({ timeLimit: 30 })
    class SomeLongrunningTask extends MyTask {
      async run() {
        await sleep(60_000, undefined, { ref: false })
      }
    }
    await serve(broker, SomeLongrunningTask)
    expect(await rejection((await SomeLongrunningTask.delay()).get())).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT' })
    expect(warnings).toEqual(['a hard timeout was enforced for task SomeLongrunningTask'])
  })
})
