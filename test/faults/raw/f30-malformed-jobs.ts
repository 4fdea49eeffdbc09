import { setTimeout } from 'node:timers/promises'
import type { FaultRow } from '../kit/row.ts'
import { RAW_KEY, rawQueue, rawWorker, settledOrNot } from './raw-bullmq.ts'

const BROKEN = '{"ms":'
const WATCHED_MS = 10_000

export const row: FaultRow = {
  id: 'F30',
  fault: 'jobs whose stored JSON is broken, between good ones',
  promise: 'each is a dead letter at its first fetch, with its bytes as they were; the queue and the lists go on',
  repetitions: 5,
  breaks: ['broken jobs that are dead letters', 'lists that fail', 'jobs left active'],
  async run(kit) {
    const redis = await kit.redis()
    const connection = { host: '127.0.0.1', port: redis.port }
    const queue = rawQueue(kit, connection)
    const broken: string[] = []
    for (let index = 0; index < kit.repetitions; index++) {
      const { id = '' } = await queue.add('work', {})
      await redis.admin.hset(`${RAW_KEY}${id}`, { data: BROKEN })
      broken.push(id)
      kit.ledger.ack((await queue.add('work', {})).id ?? '')
    }
    await rawWorker(kit, connection).ready()
    await settledOrNot(kit, WATCHED_MS)
    const deadline = Date.now() + WATCHED_MS
    let failedLists = 0
    while (Date.now() < deadline && (await redis.admin.zcard(`${RAW_KEY}failed`)) < broken.length) {
      await queue.getJobs(['active', 'waiting']).catch(() => failedLists++)
      await setTimeout(200)
    }
    kit.tally()
    kit.measure('broken jobs that are dead letters', await redis.admin.zcard(`${RAW_KEY}failed`), {
      exactly: broken.length,
    })
    kit.measure('lists that fail', failedLists, { exactly: 0 })
    kit.measure('jobs left active', await redis.admin.llen(`${RAW_KEY}active`), { exactly: 0 })
    kit.measure('jobs left waiting', await redis.admin.llen(`${RAW_KEY}wait`), { exactly: 0 })
  },
}
