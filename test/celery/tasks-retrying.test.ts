import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { logWorkerEvents } from '../../src/app/worker-log.js'
import { Ignore, Reject } from '../../src/retry/signals.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { Task } from '../../src/task/task.js'
import { brokerOfFile } from '../support/broker.js'
import { takeAndVanish } from '../support/lost-worker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { definitionOf, serve } from './serve.js'

// The examples of the chapter "Tasks" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/tasks.html). Without a twin are those about the choice of a result
// backend, pickle, Python's loggers and its standard output.

const broker = brokerOfFile()

const FAST = { type: 'fixed', delay: 5, jitter: false } as const

class FailWhaleError extends Error {}
class LoginError extends Error {}

describe('Retrying', () => {
  test('this.retry runs the job again, under the same id and in the same queue', async () => {
    const tweets: string[] = []
    @Task({ retries: 3, queue: 'tweets', backoff: FAST })
    class SendTwitterStatus extends BaseTask {
      async run(tweet: string) {
        try {
          if (this.request.attempt === 1) throw new FailWhaleError('over capacity')
          tweets.push(tweet)
          return { id: this.request.id, queue: this.request.queue }
        } catch (error) {
          if (error instanceof FailWhaleError || error instanceof LoginError) throw this.retry({ cause: error })
          throw error
        }
      }
    }
    const { events } = await serve(broker, SendTwitterStatus)
    const result = await SendTwitterStatus.delay('hello')
    expect(await result.get()).toEqual({ id: result.id, queue: 'tweets' })
    expect(tweets).toEqual(['hello'])
    expect(events.of('job.retried')).toMatchObject([{ failure: { name: 'FailWhaleError' } }])
  })

  test('past the last retry the cause is the failure; without a cause it says so', async () => {
    @Task()
    class WithCause extends BaseTask {
      run() {
        throw this.retry({ cause: new LoginError('wrong password'), retries: 0 })
      }
    }
    @Task()
    class Without extends BaseTask {
      run() {
        throw this.retry({ retries: 0 })
      }
    }
    await serve(broker, WithCause, Without)
    expect(await rejection((await WithCause.delay()).get())).toMatchObject({ failure: { name: 'LoginError' } })
    expect(await rejection((await Without.delay()).get())).toMatchObject({ failure: { name: 'Retry' } })
  })

  test('a custom delay: countdown instead of the backoff of the task', async () => {
    @Task({ retries: 1, backoff: { type: 'fixed', delay: '30m' } })
    class Add extends BaseTask {
      run(x: number, y: number) {
        if (this.request.attempt === 1) throw this.retry({ cause: new Error('no'), countdown: 60 })
        return x + y
      }
    }
    const { events } = await serve(broker, Add)
    expect(await (await Add.delay(1, 2)).get()).toBe(3)
    expect(events.of('job.retried')).toMatchObject([{ delayMs: 60 }])
  })

  test('automatic retry for known exceptions, and for no others', async () => {
    @Task({ retryOn: FailWhaleError, retries: 5, backoff: FAST })
    class RefreshTimeline extends BaseTask {
      run(user: string) {
        if (user === 'nobody') throw new LoginError('no such user')
        if (this.request.attempt < 3) throw new FailWhaleError('over capacity')
        return this.request.attempt
      }
    }
    const { events } = await serve(broker, RefreshTimeline)
    expect(await (await RefreshTimeline.delay('george')).get()).toBe(3)
    expect(await rejection((await RefreshTimeline.delay('nobody')).get())).toMatchObject({
      failure: { name: 'LoginError' },
    })
    expect(events.of('job.retried')).toHaveLength(2)
  })

  test('automatic retry for any error: retries alone', async () => {
    @Task({ retries: 1, backoff: FAST })
    class Anything extends BaseTask {
      run() {
        if (this.request.attempt === 1) throw new RangeError('any')
        return 'done'
      }
    }
    await serve(broker, Anything)
    expect(await (await Anything.delay()).get()).toBe('done')
  })

  test('dont_autoretry_for: some of the known exceptions are not retried', async () => {
    class Suspended extends FailWhaleError {}
    @Task({ retries: 5, backoff: FAST, retryOn: FailWhaleError, dontRetryOn: Suspended })
    class Refresh extends BaseTask {
      run() {
        throw new Suspended('for good')
      }
    }
    const { events } = await serve(broker, Refresh)
    await rejection((await Refresh.delay()).get())
    expect(events.of('job.retried')).toEqual([])
  })

  test('retry_backoff, retry_backoff_max, retry_jitter: 1, 2, 4 … and never longer than the cap', async () => {
    const backoff = { type: 'exponential', delay: 10, factor: 2, max: 25, jitter: false } as const
    @Task({ retries: 4, retryOn: [TypeError], backoff })
    class WithRetry extends BaseTask {
      run() {
        throw new TypeError('no')
      }
    }
    const { events } = await serve(broker, WithRetry)
    await rejection((await WithRetry.delay()).get())
    expect(events.of('job.retried').map(({ delayMs }) => delayMs)).toEqual([10, 20, 25, 25])
  })

  test('retry_jitter: the wait is anything from nothing to the whole of it', async () => {
    @Task({ retries: 10, backoff: { type: 'fixed', delay: 20, jitter: true } })
    class Jitters extends BaseTask {
      run() {
        throw new Error('no')
      }
    }
    const { events } = await serve(broker, Jitters)
    await rejection((await Jitters.delay()).get())
    const waits = events.of('job.retried').map(({ delayMs }) => delayMs)
    expect(waits.every((ms) => ms >= 0 && ms <= 20)).toBe(true)
    expect(new Set(waits).size).toBeGreaterThan(1)
  })
})

describe('List of options', () => {
  test('throws: an expected error is logged at info, in one line; the job has failed all the same', async () => {
    class HttpNotFound extends Error {}
    const written: { level: number; msg: string; error?: unknown }[] = []
    const log = pino({ base: null }, { write: (line: string) => void written.push(JSON.parse(line)) })
    @Task({ throws: HttpNotFound })
    class GetFoo extends BaseTask {
      run(found: boolean) {
        throw found ? new TypeError('a bug') : new HttpNotFound('/foo')
      }
    }
    const { events } = await serve(broker, GetFoo)
    const expected = await GetFoo.delay(false)
    expect(await rejection(expected.get())).toMatchObject({ failure: { name: 'HttpNotFound' } })
    await rejection((await GetFoo.delay(true)).get())
    await events.count('job.dead-lettered', 2)
    for (const event of events.of('job.dead-lettered')) logWorkerEvents(log)(event)
    expect(written[0]).toMatchObject({ level: pino.levels.values.info, msg: 'GetFoo ended with HttpNotFound: /foo' })
    expect(written[0]).not.toHaveProperty('error')
    expect(written[1]).toMatchObject({ level: pino.levels.values.error, error: { stack: expect.any(String) } })
  })

  test('acks_late is the default: a lost worker’s job runs again; with acks: "early", as Celery does it, it does not', async () => {
    const late = defineTask({ name: 'late' }, () => 'ran')
    const early = defineTask({ name: 'early', acks: 'early' }, () => 'ran')
    const app = testApp(broker, { tasks: [late, early], config: { worker: { lock: 1000, stallCheck: 100 } } })
    const [again, once] = [await late.delay(), await early.delay()]
    await takeAndVanish(app, 'default')
    await takeAndVanish(app, 'default')
    await app.worker()
    expect(await again.get()).toBe('ran')
    expect(await rejection(once.get())).toMatchObject({ code: 'TASKQ_JOB_CRASHED' })
  })
})

describe('Semipredicates', () => {
  test('Ignore: a revoke of one’s own', async () => {
    const revoked = new Set<string>()
    @Task()
    class SomeTask extends BaseTask {
      run() {
        if (revoked.has(this.request.id)) throw new Ignore()
        return 'ran'
      }
    }
    const app = testApp(broker, { tasks: [definitionOf(SomeTask)] })
    const gone = await SomeTask.delay()
    const stays = await SomeTask.delay()
    revoked.add(gone.id)
    const { events } = await app.worker()
    expect(await stays.get()).toBe('ran')
    await events.waitFor('job.ignored', ({ id }) => id === gone.id)
    expect(await gone.state()).toBe('unknown')
  })

  test('Reject: too large to be tried again; all else is retried after a while', async () => {
    class OutOfMemory extends Error {}
    const render = (path: string, attempt: number) => {
      if (path === 'huge.blend') throw new OutOfMemory('needs 1 TB')
      if (attempt === 1) throw new Error('the license server is busy')
      return path
    }
    @Task({ retries: 3 })
    class RenderScene extends BaseTask {
      run(path: string) {
        try {
          return render(path, this.request.attempt)
        } catch (error) {
          if (error instanceof OutOfMemory) throw new Reject('too big', { cause: error })
          throw this.retry({ cause: error, countdown: 10 })
        }
      }
    }
    const { events } = await serve(broker, RenderScene)
    const huge = await RenderScene.delay('huge.blend')
    expect(await rejection(huge.get())).toMatchObject({
      failure: { name: 'Reject', message: 'too big', cause: { name: 'OutOfMemory' } },
    })
    expect(await (await RenderScene.delay('small.blend')).get()).toBe('small.blend')
    expect(events.of('job.retried')).toHaveLength(1)
  })

  test('Reject with requeue: received two times', async () => {
    const received: string[] = []
    @Task()
    class Requeues extends BaseTask {
      run() {
        received.push(this.request.id)
        if (received.length === 1) throw new Reject('no reason', { requeue: true })
        return this.request.attempt
      }
    }
    await serve(broker, Requeues)
    const result = await Requeues.delay()
    expect(await result.get()).toBe(1)
    expect(received).toEqual([result.id, result.id])
  })
})
