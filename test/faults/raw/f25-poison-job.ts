import { setTimeout } from 'node:timers/promises'
import type { Queue } from 'bullmq'
import type { Kit } from '../kit/kit.ts'
import type { FaultRow } from '../kit/row.ts'
import { rawQueue, rawWorker } from './raw-bullmq.ts'

const JOBS = 10
const TASK_MS = 2000
/** When all others run. */
const EXITS_MS = 500
/** BullMQ's own are ten times as long, and with them the row; what comes of it is the same. */
const LOCKS = { lockDuration: 3000, stalledInterval: 3000 }
const LIMIT_MS = 60_000

export const row: FaultRow = {
  id: 'F25',
  fault: 'a task that ends its process, beside nine good ones in ten slots',
  promise: 'it is dead at its third crash at the latest; all others run to their end',
  repetitions: 1,
  breaks: ['lost', 'neighbours that ended'],
  async run(kit) {
    const redis = await kit.redis()
    const connection = { host: '127.0.0.1', port: redis.port }
    const queue = rawQueue(kit, connection)
    const good: string[] = []
    const attempts = { attempts: 5 }
    for (let job = 1; job < JOBS; job++) good.push((await queue.add('work', { ms: TASK_MS }, attempts)).id ?? '')
    const { id: poison = '' } = await queue.add('exits', { ms: EXITS_MS }, attempts)
    for (const id of [...good, poison]) kit.ledger.ack(id)
    await supervise(kit, queue, connection)
    kit.ledger.bury(poison)
    const ended = new Set(kit.ledger.ends().map(({ id }) => id))
    kit.tally({ duplicates: JOBS - 1 })
    kit.measure('crashes of the poison job', kit.ledger.starts(poison).length, { atMost: 3 })
    kit.measure('neighbours that ended', good.filter((id) => ended.has(id)).length, { exactly: JOBS - 1 })
  },
}

/** Starts the worker again whenever it dies, until all jobs have come to their end. */
async function supervise(kit: Kit, queue: Queue, connection: { host: string; port: number }): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  while (Date.now() < deadline) {
    const worker = rawWorker(kit, connection, { concurrency: JOBS, ...LOCKS })
    while (worker.exit === undefined) {
      const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed')
      if (completed + failed === JOBS) return
      if (Date.now() > deadline) return
      await setTimeout(100)
    }
    kit.ledger.noteKilled(worker.pid)
  }
}
