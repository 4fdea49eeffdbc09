import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { consumerOf } from '../support/lost-worker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const LANE = 'default~work'
/** A lane that waits for its first worker: jobs of some keys, one of them by a countdown that is over. */
async function laneOf(tenants: readonly string[]) {
  const work = defineTask(
    { name: 'work', maxConcurrency: 1, concurrencyKey: (tenant: string) => tenant },
    (_, _tenant: string) => {},
  )
  const app = testApp(broker, { tasks: [work] })
  await (await app.side()).lanes.limit('default', 'work', { maxConcurrency: 1, keyed: ['concurrency'] })
  const ids: string[] = []
  for (const tenant of tenants) ids.push((await work.delay(tenant)).id)
  const due = await work.applyAsync(['due'], { countdown: '1ms' })
  await app.redis.zadd(app.keys.lane(LANE, 'delayed'), 1, due.id)
  const lane = await consumerOf(app, LANE)
  let asked = 0
  const takeAll = async () => {
    const taken: string[] = []
    for (;;) {
      const { job } = await lane.pull(`t${asked++}`)
      if (job === undefined) return taken.sort()
      taken.push(job.id)
    }
  }
  return { app, work, lane, takeAll, ids: [...ids, due.id].sort(), own: (part: string) => app.keys.keyed(LANE, part) }
}

describe('what somebody else wrote in the place of', () => {
  test.for(['number', 'ring', 'waiting', 'parked', 'held', 'counts', 'row:0:b'])('%s costs no job', async (part) => {
    const { app, lane, takeAll, ids, own } = await laneOf(['a', 'b', 'c'])
    await app.redis.set(own(part), 'junk')
    // The oldest may be given out meanwhile, where nothing of it is damaged.
    const taken: string[] = []
    for (let n = 0; n < 5; n++)
      await lane.pull(`early${n}`).then(
        ({ job }) => job && taken.push(job.id),
        () => {},
      )
    await app.redis.del(own(part))
    await lane.recoverLost()
    expect([...taken, ...(await takeAll())].sort()).toEqual(ids)
  })

  test.for(['number', 'ring', 'parked', 'held', 'counts'])('%s is made anew by itself', async (part) => {
    const { app, lane, takeAll, own } = await laneOf(['a', 'a', 'b', 'b', 'c'])
    const { job } = await lane.pull('first')
    if (job === undefined) throw new Error('no job may start')
    await app.redis.del(own(part))
    await app.redis.set(own(part), 'junk')
    await lane.recoverLost()
    const taken = await takeAll()
    expect(taken, 'one of each key').toHaveLength(3)
    expect(taken).not.toContain(job.id)
    await lane.succeed(job, 1, { fetchNext: false, keep: true })
    expect(await takeAll()).toHaveLength(1)
  })
})

test.for(['number', 'ring', 'parked', 'held', 'counts', 'row:0:a'])(
  '%s is mended before the first job starts',
  async (part) => {
    const { app, lane, takeAll, ids, own } = await laneOf(['a', 'b'])
    await app.redis.set(own(part), 'junk')
    await lane.pull('early').then(
      ({ job }) => job && ids.splice(ids.indexOf(job.id), 1),
      () => {},
    )
    await lane.recoverLost()
    expect(await takeAll()).toEqual(ids)
  },
)

test('a ring that is gone is made anew from the jobs that wait, beside what came since', async () => {
  const { app, work, lane, takeAll, own } = await laneOf(['a', 'a', 'b', 'c', 'd'])
  expect((await lane.pull('first')).job).toBeDefined()
  await app.redis.del(own('ring'))
  await work.delay('e')
  expect(await takeAll()).toHaveLength(1)
  await lane.recoverLost()
  expect(await takeAll(), 'b, c, d and the one that was due').toHaveLength(4)
})
