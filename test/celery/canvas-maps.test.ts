import { describe, expect, test } from 'vitest'
import { group } from '../../src/canvas/group.js'
import { chunks, map, starmap } from '../../src/canvas/map.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { canvasTasks, pairs, range } from './canvas-tasks.js'
import { serve } from './serve.js'

// The examples of "Map & Starmap" and "Chunks" in the chapter "Canvas" of Celery's user guide, in its order, as what
// they are here (https://docs.celeryq.dev/en/stable/userguide/canvas.html#map-starmap).

const broker = brokerOfFile()

const DOUBLES = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]

describe('Map & Starmap', () => {
  test('map: one job, one after the other', async () => {
    const { xsum } = canvasTasks()
    const { events } = await serve(broker, xsum)
    expect(await (await map(xsum, [range(10), range(100)]).delay()).get()).toEqual([45, 4950])
    expect(events.of('job.succeeded')).toHaveLength(1)
  })

  test('starmap: each item is a list of arguments', async () => {
    const { add } = canvasTasks()
    const { events } = await serve(broker, add)
    expect(await (await starmap(add, pairs(10)).delay()).get()).toEqual(DOUBLES)
    expect(events.of('job.succeeded')).toHaveLength(1)
  })

  test('the runs are one after the other', async () => {
    let running = 0
    const alone = defineTask({ name: 'alone' }, async (_, n: number) => {
      const others = running++
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
      return others + n
    })
    await serve(broker, alone)
    expect(await (await map(alone, range(4)).delay()).get()).toEqual([0, 1, 2, 3])
  })

  test('they are signatures: in ten seconds', async () => {
    const { add } = canvasTasks()
    testApp(broker, { tasks: [add] })
    const result = await starmap(add, pairs(10)).applyAsync({ countdown: '10s' })
    const [job] = await result.children()
    expect(await job?.state()).toBe('scheduled')
  })

  test('and in groups and chains', async () => {
    const { add, xsum } = canvasTasks()
    await serve(broker, add, xsum)
    const result = await group(starmap(add, pairs(10)), map(xsum, [[1, 2]])).delay()
    expect(await result.get()).toEqual([DOUBLES, [3]])
    expect(await (await starmap(add, pairs(10)).pipe(xsum.s()).delay()).get()).toBe(90)
  })
})

describe('Chunks', () => {
  test('a hundred by ten: ten jobs, and a list of ten lists', async () => {
    const { add } = canvasTasks()
    const { events } = await serve(broker, add)
    const result = await chunks(add, pairs(100), 10).delay()
    expect(await result.get()).toEqual(range(10).map((tens) => DOUBLES.map((n) => n + 20 * tens)))
    expect(events.of('job.succeeded')).toHaveLength(10)
  })

  test('the last may be shorter', async () => {
    const { add } = canvasTasks()
    await serve(broker, add)
    expect(await (await chunks(add, pairs(5), 2).applyAsync()).get()).toEqual([[0, 2], [4, 6], [8]])
  })

  test('they are a group, which skew lets begin a second apart', () => {
    const { add } = canvasTasks()
    testApp(broker, { tasks: [add] })
    const parts = chunks(add, pairs(100), 10).skew({ start: '1s', stop: '10s' })
    expect(parts.kind).toBe('group')
    const countdowns = parts.members.map((member) => (member.kind === 'task' ? member.options.countdown : undefined))
    expect(countdowns).toEqual(range(10).map((n) => 1000 * (n + 1)))
  })

  test('skew: the first waits a second, the second two', async () => {
    const { add } = canvasTasks()
    const app = testApp(broker, { tasks: [add] })
    const result = await group(range(3).map((n) => add.s(n, n)))
      .skew({ start: '20s', step: '10s' })
      .delay()
    const [first] = await result.children()
    expect(await first?.state()).toBe('scheduled')
    expect((await app.engine.queueOverviews()).queues).toMatchObject([{ scheduled: 3 }])
  })
})
