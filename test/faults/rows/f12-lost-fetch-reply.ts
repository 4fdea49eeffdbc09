import { loseNext } from '../kit/lost-replies.ts'
import type { FaultRow } from '../kit/row.ts'

/** Enqueued together, so that one is handed over and the others wait. */
const JOBS = 3

export const row: FaultRow = {
  id: 'F12',
  fault: "the broker hands a job over, and its answer is lost on the worker's way",
  promise: 'the job begins within 15 s, once, and no crash is charged to it',
  repetitions: 30,
  quick: 3,
  async run(kit) {
    const redis = await kit.redis()
    const proxy = await kit.proxy(redis)
    const worker = await kit
      .project({ broker: proxy.url, worker: { concurrency: 4 } })
      .worker()
      .ready()
    const client = await kit.project(redis.url).client()
    const enqueuedAt = new Map<string, number>()
    for (let fault = 1; fault <= kit.repetitions; fault++) {
      loseNext(proxy, 'fetch')
      for (let job = 0; job < JOBS; job++) {
        const at = Date.now()
        const { id } = await client.enqueue('work', [])
        kit.ledger.ack(id)
        enqueuedAt.set(id, at)
      }
      await kit.ledger.until(() => (proxy.dropped === fault ? true : undefined), 30_000, 'a reply to lose')
      await kit.ledger.settled()
    }
    const stored = await Promise.all(
      kit.ledger.acked.map((id) => redis.admin.hmget(`{taskq}:default:${id}`, 'ats', 'stc')),
    )
    const waits = kit.ledger.starts().map(({ id, at }) => at - (enqueuedAt.get(id) ?? at))
    kit.tally()
    const handedOverTwice = stored.filter(([takes]) => Number(takes) > 1).length
    kit.measure('jobs that were handed over in vain first', handedOverTwice, { atLeast: kit.repetitions * 0.9 })
    kit.measure('longest wait for a start', Math.max(...waits), { atMost: 15_000, unit: 'ms' })
    kit.measure('runs beside one for each job', waits.length - kit.ledger.acked.length, { exactly: 0 })
    kit.measure('crashes charged', stored.filter(([, crashes]) => Number(crashes) > 0).length, { exactly: 0 })
    kit.measure('jobs left active', await redis.admin.llen('{taskq}:default:active'), { exactly: 0 })
    const { code } = await worker.stop()
    kit.measure('exit code of the worker', code ?? -1, { exactly: 0 })
  },
}
