import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { FaultRow } from '../kit/row.ts'
import type { WorkerProcess } from '../kit/worker-process.ts'

/** So many workers die at once: their jobs come back together. */
const VICTIMS = 20
/** So long that each kill falls into a run, and that no worker takes a second job meanwhile. */
const TASK_MS = 2000
const MOST_MS = 400

export const row: FaultRow = {
  id: 'F01',
  fault: 'kill -9 of a worker in the middle of its task',
  promise: 'every job runs to its end, begins again within 15 s, and is charged no attempt',
  repetitions: 100,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { concurrency: 1 } })
    const client = await project.client()
    let recovered = Promise.resolve()
    for (let done = 0; done < kit.repetitions; done += VICTIMS) {
      // A queue of its own, so that the next victims can start while the last one's jobs come back.
      const queue = `round-${done}`
      const victims = Array.from({ length: Math.min(kit.repetitions - done, VICTIMS) }, () =>
        project.worker(['-Q', queue]),
      )
      await Promise.all(victims.map((victim) => victim.ready()))
      await recovered
      for (const _ of victims) kit.ledger.ack((await client.enqueue('work', [TASK_MS], { queue })).id)
      await Promise.all(victims.map((victim) => killInItsRun(kit, victim)))
      recovered = recover(kit, project.worker(['-Q', queue, '--concurrency', String(VICTIMS)]))
    }
    await recovered
    const tally = kit.tally()
    kit.measure('kills in the middle of a run', kit.ledger.killedRuns().length, { atLeast: kit.repetitions * 0.9 })
    kit.measure('longest wait for the next run', longestRerunMs(kit), { atMost: 15_000, unit: 'ms' })
    kit.measure('runs charged as attempts', kit.ledger.starts().filter(({ attempt }) => attempt > 1).length, {
      exactly: 0,
    })
    kit.measure('runs at the same time', kit.ledger.overlaps, { exactly: 0 })
    kit.measure('acked', tally.acked, { exactly: kit.repetitions })
  },
}

async function killInItsRun(kit: Kit, victim: WorkerProcess): Promise<void> {
  await kit.ledger.line(({ what, pid }) => what === 'start' && pid === victim.pid)
  await setTimeout(kit.random.between(0, MOST_MS))
  await victim.kill()
}

async function recover(kit: Kit, survivor: WorkerProcess): Promise<void> {
  await survivor.ready()
  await kit.ledger.settled()
  await survivor.stop()
}

/** From a kill to the next start of a job that ran there. */
function longestRerunMs({ ledger }: Kit): number {
  const waits = ledger.killedRuns().map(({ id, killedAt }) => {
    const again = ledger.starts(id).find(({ at }) => at >= killedAt)
    return again === undefined ? Number.POSITIVE_INFINITY : again.at - killedAt
  })
  return Math.max(0, ...waits)
}
