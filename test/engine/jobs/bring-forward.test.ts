import { describe, expect, test } from 'vitest'
import { group } from '../../../src/canvas/group.js'
import { bringForward } from '../../../src/engine/jobs/bring-forward.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const work = defineTask({ name: 'work' }, async (_ctx, n: number) => n)
const lane = 'default'

/** The list of those that wait for a worker, the next one first. */
const waiting = async (app: TestApp) => (await app.redis.lrange(app.keys.lane(lane, 'wait'), 0, -1)).reverse()

describe('what a run waits for', () => {
  test('comes before all else in its queue', async () => {
    const app = testApp(broker, { tasks: [work] })
    const [a, b, c] = await Promise.all([work.delay(1), work.delay(2), work.delay(3)])
    await bringForward(app.redis, app.keys, { id: c.id, lane })
    expect(await waiting(app)).toEqual([c.id, a.id, b.id])
    await bringForward(app.redis, app.keys, { id: 'gone', lane })
    expect(await waiting(app)).toEqual([c.id, a.id, b.id])
  })

  test('comes before all of its priority', async () => {
    const app = testApp(broker, { tasks: [work], config: { queues: { default: { priorities: true } } } })
    const ids = []
    for (const priority of [5, 5, 7, 7]) ids.push((await work.applyAsync([1], { priority })).id)
    const [a, b, c, d] = ids as [string, string, string, string]
    await bringForward(app.redis, app.keys, { id: d, lane })
    expect(await app.redis.zrange(app.keys.lane(lane, 'prioritized'), '0', '-1')).toEqual([d, c, a, b])
  })

  test('stays where it is when it waits for its time', async () => {
    const app = testApp(broker, { tasks: [work] })
    const late = await work.applyAsync([1], { countdown: '1h' })
    await bringForward(app.redis, app.keys, { id: late.id, lane })
    expect(await waiting(app)).toEqual([])
  })

  test('comes first as far as it is jobs, where it is a workflow', async () => {
    const app = testApp(broker, { tasks: [work] })
    const first = await work.delay(0)
    const { id } = await group([work.s(1), work.s(2)]).delay()
    await bringForward(app.redis, app.keys, { id })
    expect(await waiting(app)).toEqual([`${id}~${1}`, `${id}~${2}`, first.id])
    await bringForward(app.redis, app.keys, { id: 'w_gone' })
  })
})
