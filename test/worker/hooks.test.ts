import { describe, expect, test } from 'vitest'
import { Ignore, Reject, Snooze } from '../../src/retry/signals.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import type { NextRun, RunEnd } from '../../src/task/hooks.js'
import { taskNameOf } from '../../src/task/metadata.js'
import type { TaskOptions } from '../../src/task/options.js'
import { findTask } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { runTask } from '../../src/testing/run-task.js'
import { brokerOfFile } from '../support/broker.js'
import { fakeRun } from '../support/fake-run.js'
import { refusal, rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** A task that tells of all its hooks, and runs this. */
function told(run: (n: number) => unknown, options: TaskOptions = {}) {
  const calls: unknown[][] = []
  const task = defineTask({ name: 'told', ...options }, async (_, n: number) => run(n), {
    beforeStart: (ctx, args) => void calls.push(['beforeStart', ctx.request.attempt, args]),
    onSuccess: (_, result, args) => void calls.push(['onSuccess', result, args]),
    onRetry: (_, error, args, next) => void calls.push(['onRetry', error.message, args, next.delayMs]),
    onFailure: (_, error, args) => void calls.push(['onFailure', error.message, args]),
    afterReturn: (_, end) => void calls.push(['afterReturn', end.state]),
  })
  return { task, calls, names: () => calls.map(([name]) => name) }
}

const FAST = { backoff: { type: 'fixed', delay: 5, jitter: false } } as const
const fail = (message: string) => () => {
  throw new Error(message)
}

describe('the hooks of a function', () => {
  test('are called around a run that returns', async () => {
    const { task, calls } = told((n) => n * 2)
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await (await task.delay(4)).get()).toBe(8)
    expect(calls).toEqual([
      ['beforeStart', 1, [4]],
      ['onSuccess', 8, [4]],
      ['afterReturn', 'succeeded'],
    ])
  })

  test('are called around runs that fail: onRetry, and onFailure for the last', async () => {
    const { task, calls } = told(fail('no'), { retries: 1, ...FAST })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    await rejection((await task.delay(4)).get())
    expect(calls).toEqual([
      ['beforeStart', 1, [4]],
      ['onRetry', 'no', [4], 5],
      ['afterReturn', 'retrying'],
      ['beforeStart', 2, [4]],
      ['onFailure', 'no', [4]],
      ['afterReturn', 'failed'],
    ])
  })

  test.each([
    ['Snooze', () => new Snooze('1h'), ['beforeStart', 'afterReturn'], 'snoozed'],
    ['Ignore', () => new Ignore(), ['beforeStart', 'afterReturn'], 'ignored'],
    ['Reject', () => new Reject('no'), ['beforeStart', 'onFailure', 'afterReturn'], 'failed'],
  ])('are called around a run that throws %s', async (_, signal, names, state) => {
    const told_ = told(() => {
      throw signal()
    })
    const app = testApp(broker, { tasks: [told_.task] })
    const { worker } = await app.worker({ once: true })
    await told_.task.delay(1)
    await worker.done
    expect(told_.names()).toEqual(names)
    expect(told_.calls.at(-1)).toEqual(['afterReturn', state])
  })

  test('get an Error, whatever was thrown', async () => {
    const { task, calls } = told(() => {
      throw 'boom'
    })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    await rejection((await task.delay(1)).get())
    expect(calls[1]).toEqual(['onFailure', 'a value that is no Error was thrown: "boom"', [1]])
  })

  test('are not told of a failure where the task only ended as it was told to', async () => {
    const calls: unknown[] = []
    const task = defineTask(
      { name: 'stops' },
      async ({ signal }) => {
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
      { onFailure: () => void calls.push('onFailure'), afterReturn: (_, { state }) => void calls.push(state) },
    )
    const app = testApp(broker, { tasks: [task], config: { worker: { shutdownTimeout: 0 } } })
    const { worker, events } = await app.worker()
    await task.delay()
    await events.waitFor('job.started')
    await worker.stop()
    expect(calls).toEqual(['stopped'])
  })

  test.each([
    [{ onFail: () => {} }, 'hooks.onFail: expected one of'],
    [{ onFailure: 'log' }, 'hooks.onFailure: expected a function, got "log"'],
    ['onFailure', 'hooks: expected an object'],
  ])('%j is refused', (hooks, message) => {
    expect(refusal(() => defineTask({ name: 'x' }, () => 1, hooks as never))).toMatchObject({
      code: 'TASKQ_TASK_OPTION_INVALID',
      message: expect.stringContaining(message),
    })
  })
})

describe('a hook that throws', () => {
  test('fails the run where it is beforeStart, and the code does not run', async () => {
    let ran = false
    const run = () => {
      ran = true
    }
    const task = defineTask({ name: 'told' }, run, { beforeStart: fail('not ready') })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await rejection((await task.delay()).get())).toMatchObject({ failure: { message: 'not ready' } })
    expect(ran).toBe(false)
  })

  test('changes nothing where it is another one, and is logged with the job', async () => {
    const hooks = { onSuccess: fail('broken'), afterReturn: fail('also') }
    const task = defineTask({ name: 'told' }, () => 'done', hooks)
    const app = testApp(broker, { tasks: [task] })
    const { lines } = await app.worker()
    const result = await task.delay()
    expect(await result.get()).toBe('done')
    expect(lines).toMatchObject([
      { level: 'error', id: result.id, message: 'onSuccess of the task threw; this changes nothing' },
      { level: 'error', message: 'afterReturn of the task threw; this changes nothing' },
    ])
  })

  test('never turns a failure into another', async () => {
    const task = defineTask({ name: 'told' }, fail('the reason'), { onFailure: fail('broken') })
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await rejection((await task.delay()).get())).toMatchObject({ failure: { message: 'the reason' } })
  })
})

describe('the hooks of a class', () => {
  test('are its methods, on the instance that runs', async () => {
    const ends: unknown[] = []
    @Task({ name: 'Imports', retries: 1, ...FAST })
    class Imports extends BaseTask {
      opened = ''
      override beforeStart([url]: [string]) {
        this.opened = `${url}#${this.request.attempt}`
      }
      async run(url: string) {
        if (this.request.attempt === 1) throw new TypeError(`no ${url}`)
        return { opened: this.opened }
      }
      override onSuccess(result: { opened: string }, [url]: [string]) {
        ends.push(['success', result.opened, url])
      }
      override onRetry(error: Error, _args: [string], { delayMs }: NextRun) {
        ends.push(['retry', error.name, this.opened, delayMs])
      }
      override afterReturn(end: RunEnd<{ opened: string }>) {
        ends.push(['after', end.state, this.opened])
      }
    }
    const app = testApp(broker, { tasks: [{ definition: findTask('Imports') as never }] })
    await app.worker()
    expect(await (await Imports.delay('a')).get()).toEqual({ opened: 'a#2' })
    expect(ends).toEqual([
      ['retry', 'TypeError', 'a#1', 5],
      ['after', 'retrying', 'a#1'],
      ['success', 'a#2', 'a'],
      ['after', 'succeeded', 'a#2'],
    ])
  })

  test('may be its properties', async () => {
    const calls: unknown[] = []
    let made = 0
    @Task({ name: 'Arrows' })
    class Arrows extends BaseTask {
      readonly instance = ++made
      run(n: number) {
        return n * 2
      }
      override onSuccess = async (result: number, [n]: [number]) => calls.push([result, n, this.instance])
    }
    const app = testApp(broker, { tasks: [{ definition: findTask('Arrows') as never }] })
    await app.worker()
    await (await Arrows.delay(2)).get()
    await (await Arrows.delay(3)).get()
    expect(calls).toEqual([
      [4, 2, 1],
      [6, 3, 2],
    ])
  })

  test('come from its base classes, too, and a class without any has none of this', () => {
    abstract class Audited extends BaseTask {
      override afterReturn() {}
    }
    @Task({ name: 'Audits' })
    class Audits extends Audited {
      run() {}
    }
    @Task({ name: 'Plain' })
    class Plain extends BaseTask {
      run() {}
    }
    const hooked = (task: typeof Audits | typeof Plain) => findTask(taskNameOf(task))?.hooked?.(fakeRun())
    expect(hooked(Audits)?.hooks.afterReturn).toBeTypeOf('function')
    // The first to run had to be made to tell.
    expect(hooked(Plain)?.hooks).toBeInstanceOf(Plain)
    expect(hooked(Plain)).toBeUndefined()
  })

  test('are called by runTask, which throws what the task threw', async () => {
    const seen: string[] = []
    @Task({ name: 'Once', retries: 1 })
    class Once extends BaseTask {
      run() {
        throw this.retry({ countdown: '1m', cause: new Error('busy') })
      }
      override onRetry(error: Error, _args: [], { delayMs }: NextRun) {
        seen.push(`${error.message} ${delayMs}`)
      }
      override onFailure(error: Error) {
        seen.push(`over: ${error.message}`)
      }
    }
    expect(await rejection(runTask(Once, []))).toMatchObject({ name: 'Retry' })
    expect(await rejection(runTask(Once, [], { attempt: 2 }))).toMatchObject({ name: 'Retry' })
    expect(seen).toEqual(['busy 60000', 'over: busy'])
  })
})
