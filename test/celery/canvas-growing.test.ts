import { describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { BaseTask } from '../../src/task/base-task.js'
import { Task } from '../../src/task/task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { canvasTasks, range } from './canvas-tasks.js'
import { definitionOf, serve } from './serve.js'

// What tasks do to the canvas that they are in, by Celery's Task.replace and Task.add_to_chord
// (https://docs.celeryq.dev/en/stable/reference/celery.app.task.html), and waiting for other tasks, which Celery forbids.

const broker = brokerOfFile()

describe('replace', () => {
  test('a task ends as what takes its place, and its chain goes on with that', async () => {
    const { add, mul } = canvasTasks()
    @Task({ name: 'Power' })
    class Power extends BaseTask {
      async run(x: number, n: number): Promise<number> {
        return n === 1 ? x : this.replace(chain(mul.s(x, 1), Power.s(n - 1), mul.s(x)))
      }
    }
    await serve(broker, add, mul, Power)
    expect(await (await chain(add.s(1, 1), Power.s(5), add.s(10)).delay()).get()).toBe(42)
  })

  test('by a group: its list is the result', async () => {
    const { add, xsum } = canvasTasks()
    @Task({ name: 'FanOut' })
    class FanOut extends BaseTask {
      async run(count: number): Promise<number[]> {
        return this.replace(group(range(count).map((n) => add.s(n, n))))
      }
    }
    await serve(broker, add, xsum, FanOut)
    expect(await (await FanOut.delay(3)).get()).toEqual([0, 2, 4])
    expect(await (await chain(FanOut.s(10), xsum.s()).delay()).get()).toBe(90)
    expect(await (await chord([add.s(1, 1), add.s(2, 2)], xsum.s()).delay()).get()).toBe(6)
  })

  test('it fails as what took its place', async () => {
    const { raising, add } = canvasTasks()
    @Task({ name: 'Hands' })
    class Hands extends BaseTask {
      async run(): Promise<number> {
        return this.replace(raising.s())
      }
    }
    await serve(broker, raising, add, Hands)
    const result = await chain(Hands.s(), add.s(1)).delay()
    expect(await rejection(result.get())).toMatchObject({ failure: { message: 'something something' } })
  })
})

describe('add_to_chord', () => {
  test('one more member of the header: the body gets its result, after the others', async () => {
    const { add, xsum } = canvasTasks()
    @Task({ name: 'Adds' })
    class Adds extends BaseTask {
      async run(n: number) {
        if (n > 0) await this.addToChord(Adds.s(n - 1))
        return n
      }
    }
    await serve(broker, add, xsum, Adds)
    expect(await (await chord([Adds.s(3), add.s(10, 10)], xsum.s()).delay()).get()).toBe(20 + 3 + 2 + 1 + 0)
    expect(await (await group(Adds.s(2), add.s(1, 1)).delay()).get()).toEqual([2, 2, 1, 0])
  })
})

describe('a task that waits for others', () => {
  test('lends its slot to them, also with one slot only', async () => {
    const { add } = canvasTasks()
    @Task({ name: 'Fibonacci' })
    class Fibonacci extends BaseTask {
      async run(n: number): Promise<number> {
        if (n < 2) return n
        const parts = [await this.spawn(Fibonacci.s(n - 1)), await this.spawn(Fibonacci.s(n - 2))]
        const [a = 0, b = 0] = await Promise.all(parts.map((part) => part.get()))
        return (await add.delay(a, b)).get()
      }
    }
    const app = testApp(broker, { tasks: [add, definitionOf(Fibonacci)], config: { worker: { concurrency: 1 } } })
    await app.worker()
    expect(await (await Fibonacci.delay(6)).get()).toBe(8)
  })

  test('finds what it spawned again when it is run again', async () => {
    const runs: number[] = []
    const { add } = canvasTasks()
    @Task({ name: 'Again', retries: 1, backoff: { type: 'fixed', delay: 5, jitter: false } })
    class Again extends BaseTask {
      async run() {
        const spawned = await this.spawn(group(add.s(1, 1), add.s(2, 2)))
        const results = await spawned.get()
        runs.push(this.request.attempt)
        if (this.request.attempt === 1) throw new Error('once more')
        return [spawned.id, results]
      }
    }
    const { events } = await serve(broker, add, Again)
    const [id, results] = (await (await Again.delay()).get()) as [string, number[]]
    expect(id).toMatch(/^w_/)
    expect([results, runs]).toEqual([
      [2, 4],
      [1, 2],
    ])
    expect(events.of('job.succeeded').filter(({ task }) => task === 'add')).toHaveLength(2)
  })
})
