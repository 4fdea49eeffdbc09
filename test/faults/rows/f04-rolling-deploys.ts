import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { FaultRow } from '../kit/row.ts'
import type { Exit, WorkerProcess } from '../kit/worker-process.ts'

/**
 * A deploy each five seconds under tasks of 30 s with the default 25 s to end, two and a half times as fast: there are
 * as many interruptions for each task.
 */
const EVERY_MS = 2000
const TASK_MS = 12_000
/**
 * One that hears of no signal cannot be ended alone: where it ends in the milliseconds between its job's return to the
 * queue and the end of its process, it has run twice (docs/guides/health.md). This long, none ends just then.
 */
const DEAF_MS = 14_500
const SHUTDOWN = '10s'

export const row: FaultRow = {
  id: 'F04',
  fault: 'rolling deploys: one of two workers is replaced again and again, faster than its tasks end',
  promise: 'every job ends, none fails, none runs twice to its end, and no attempt or crash is charged',
  // Each job meets six deploys; a row has no more than a minute.
  repetitions: 12,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { concurrency: 10 } })
    const client = await project.client()
    const start = () => project.worker(['--shutdown-timeout', SHUTDOWN]).ready()
    const working: WorkerProcess[] = await Promise.all([start(), start()])
    const leaving: Promise<Exit>[] = []
    const goneAt = new Map<number, number>()
    const stop = async (worker: WorkerProcess): Promise<Exit> => {
      const exit = await worker.stop()
      goneAt.set(worker.pid, Date.now())
      return exit
    }
    for (let deploy = 0; deploy < kit.repetitions; deploy++) {
      const nextAt = performance.now() + EVERY_MS
      kit.ledger.ack((await client.enqueue('listens', [TASK_MS])).id)
      kit.ledger.ack((await client.enqueue('work', [DEAF_MS])).id)
      const old = working.shift()
      if (old !== undefined) leaving.push(stop(old))
      working.push(await start())
      await setTimeout(Math.max(0, nextAt - performance.now()))
    }
    await kit.ledger.settled(45_000)
    await Promise.all(working.map((worker) => leaving.push(stop(worker))))
    const exits = await Promise.all(leaving)
    const tally = kit.tally()
    const charged = kit.ledger.starts().filter(({ attempt }) => attempt > 1)
    const jobs = kit.ledger.acked.map((id) => redis.admin.hmget(`{taskq}:default:${id}`, 'stc', 'failedReason'))
    const stored = await Promise.all(jobs)
    kit.measure('failed', stored.filter(([, failed]) => failed != null).length, { exactly: 0 })
    kit.measure('crashes charged', stored.filter(([crashes]) => Number(crashes ?? 0) > 0).length, { exactly: 0 })
    kit.measure('runs charged as attempts', charged.length, { exactly: 0 })
    kit.measure('longest life of a task after its job began elsewhere', longestOverlapMs(kit, goneAt), {
      atMost: 1000,
      unit: 'ms',
    })
    kit.measure('exits with another code than 0', exits.filter(({ code }) => code !== 0).length, { exactly: 0 })
    kit.measure('runs that a deploy interrupted', tally.runs - tally.acked, { atLeast: 1 })
  },
}

/** How long the process of an interrupted run was still there when its job had begun elsewhere. */
function longestOverlapMs({ ledger }: Kit, goneAt: ReadonlyMap<number, number>): number {
  const ended = new Set(ledger.ends().map(({ id, pid }) => `${id} ${pid}`))
  const starts = ledger.starts()
  const overlaps = starts.map(({ id, pid, at }) => {
    const next = starts.find((start) => start.id === id && start.at > at)
    if (next === undefined || ended.has(`${id} ${pid}`)) return 0
    return (goneAt.get(pid) ?? Number.POSITIVE_INFINITY) - next.at
  })
  return Math.max(0, ...overlaps)
}
