import { setTimeout } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { FaultRow } from '../kit/row.ts'
import { RAW_KEY, rawQueue, rawWorker } from './raw-bullmq.ts'

/** As long as is promised. */
const WATCHED_MS = 60_000

export const row: FaultRow = {
  id: 'F36',
  fault: 'what a schedule has stored of its next run is deleted',
  promise: 'the schedule goes on within 60 s',
  repetitions: 1,
  breaks: ['runs afterwards'],
  async run(kit) {
    const redis = await kit.redis()
    const connection = { host: '127.0.0.1', port: redis.port }
    const queue = rawQueue(kit, connection)
    await queue.upsertJobScheduler('tick', { every: 1000 }, { name: 'work' })
    await rawWorker(kit, connection).ready()
    await kit.ledger.until(() => kit.ledger.starts().length >= 2 || undefined, 15_000, 'the first runs')
    await deleteNext(redis.admin)
    // What was on its way when it was deleted.
    await setTimeout(500)
    const before = kit.ledger.starts().length
    await setTimeout(WATCHED_MS)
    kit.measure('runs afterwards', kit.ledger.starts().length - before, { atLeast: 1 })
    kit.measure('schedules still listed', await queue.getJobSchedulersCount(), { exactly: 1 })
  },
}

/** The one delayed job on which everything hangs. */
async function deleteNext(admin: Redis): Promise<void> {
  for (;;) {
    const [id] = await admin.zrange(`${RAW_KEY}delayed`, '0', '0')
    if (id === undefined) await setTimeout(20)
    else if ((await admin.zrem(`${RAW_KEY}delayed`, id)) === 1) return void (await admin.del(`${RAW_KEY}${id}`))
  }
}
