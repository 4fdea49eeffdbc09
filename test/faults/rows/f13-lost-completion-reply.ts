import { loseNext } from '../kit/lost-replies.ts'
import type { FaultRow } from '../kit/row.ts'

/** With one slot, the end of each job asks for the next. */
const JOBS = 4
const TASKS = ['work', 'forgets'] as const

export const row: FaultRow = {
  id: 'F13',
  fault: 'the broker records the end of a job and hands the next one over, and its answer is lost',
  promise: 'the job does not run again and is told as what it is, and the next one begins within 15 s',
  repetitions: 30,
  quick: 3,
  async run(kit) {
    const redis = await kit.redis()
    const proxy = await kit.proxy(redis)
    const worker = await kit
      .project({ broker: proxy.url, worker: { concurrency: 1 } })
      .worker()
      .ready()
    const client = await kit.project(redis.url).client()
    let forgotten = 0
    for (let fault = 1; fault <= kit.repetitions; fault++) {
      // All wait before the first ends, so that there is a next one.
      kit.ledger.ack((await client.enqueue('work', [50])).id)
      loseNext(proxy, 'finish')
      for (let job = 1; job < JOBS; job++) {
        const task = TASKS[(fault + job) % 2] ?? 'work'
        if (task === 'forgets') forgotten++
        kit.ledger.ack((await client.enqueue(task, [])).id)
      }
      await kit.ledger.until(() => (proxy.dropped === fault ? true : undefined), 30_000, 'a reply to lose')
      await kit.ledger.settled()
    }
    await kit.ledger
      .until(() => (told(worker.lines) >= kit.ledger.acked.length ? true : undefined), 10_000, 'its events')
      .catch(() => {})
    const { code } = await worker.stop()
    const tally = kit.tally()
    const kept = await redis.admin.zrange('{taskq}:default:completed', '0', '-1')
    const stored = await Promise.all(kept.map((id) => redis.admin.hmget(`{taskq}:default:${id}`, 'ats', 'stc')))
    kit.measure('runs beside one for each job', tally.runs - tally.acked, { exactly: 0 })
    kit.measure('jobs told as succeeded', told(worker.lines), { exactly: tally.acked })
    kit.measure('jobs kept as succeeded', kept.length, { exactly: tally.acked - forgotten })
    kit.measure('results told as lost', worker.lines.filter((line) => /no longer ours/.test(line)).length, {
      exactly: 0,
    })
    kit.measure('longest wait for the next start', tally.worstGapMs, { atMost: 15_000, unit: 'ms' })
    const again = stored.filter(([takes]) => Number(takes) > 1).length
    kit.measure('next jobs that were handed over in vain first', again, { atLeast: Math.floor(kit.repetitions * 0.3) })
    kit.measure('crashes charged', stored.filter(([, crashes]) => Number(crashes) > 0).length, { exactly: 0 })
    kit.measure('jobs left active', await redis.admin.llen('{taskq}:default:active'), { exactly: 0 })
    kit.measure('exit code of the worker', code ?? -1, { exactly: 0 })
  },
}

const told = (lines: readonly string[]): number => lines.filter((line) => / succeeded in /.test(line)).length
