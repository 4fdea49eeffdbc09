import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { FaultRow } from '../kit/row.ts'
import { Writers } from '../kit/writers.ts'

const MODES = ['everysec', 'always', 'no'] as const
type Mode = (typeof MODES)[number]

const WRITERS = 20
const SLOTS = 10
/** The last outage is so long that everybody waits the longest before the next try to connect. */
const LONG_OUTAGE_MS = 10_000
/** Longer than `worker.lock`, with jobs that end meanwhile, and jobs that end after all has come back. */
const OUTLIVING_OUTAGE_MS = 14_000
const RUNS_MS = [8000, 28_000] as const
const HELD = 10

export const row: FaultRow = {
  id: 'F05',
  fault: 'SIGKILL of Redis under 20 writers, and a restart, with AOF everysec, always and no',
  promise: 'no job that was acknowledged is lost, workers go on within 5 s, and what they hold stays theirs',
  // Of each mode.
  repetitions: 20,
  async run(kit) {
    const outliving = outliveLocks(kit)
    outliving.catch(() => {})
    const resumed = await Promise.all(MODES.map((mode) => killOften(kit, mode)))
    const held = await outliving
    await kit.ledger.settled()
    const tally = kit.tally({ duplicates: MODES.length * kit.repetitions * SLOTS })
    kit.measure('kills', resumed.flat().length, { exactly: MODES.length * kit.repetitions })
    MODES.forEach((mode, index) => {
      kit.measure(`longest until a worker runs again, ${mode}`, Math.max(...(resumed[index] ?? [])), {
        atMost: 5000,
        unit: 'ms',
      })
    })
    const runs = kit.ledger.starts().filter(({ id }) => held.has(id)).length
    kit.measure('runs of jobs in flight in an outage of 14 s', runs, { exactly: held.size })
    kit.measure('acked', tally.acked, { atLeast: MODES.length * kit.repetitions })
  },
}

/** Kills one server again and again; tells how long each time it took until the worker ran a job. */
async function killOften(kit: Kit, mode: Mode): Promise<number[]> {
  const redis = await kit.redis({ appendfsync: mode })
  const project = kit.project({ broker: redis.url, worker: { concurrency: SLOTS } })
  const client = await project.client()
  const worker = await project.worker().ready()
  const writers = new Writers(client, { count: WRITERS, pauseMs: 200, onAck: ({ id }) => kit.ledger.ack(id) })
  const backAt: number[] = []
  for (let kill = 1; kill <= kit.repetitions; kill++) {
    const isLong = kill === kit.repetitions && kit.repetitions > 1
    await setTimeout(kit.random.between(100, 400))
    await redis.kill()
    await setTimeout(isLong ? LONG_OUTAGE_MS : kit.random.between(0, 300))
    await redis.start()
    backAt.push(Date.now())
    await kit.ledger.until(() => ranSince(kit, worker.pid, backAt.at(-1) ?? 0), 30_000, 'a run after the restart')
  }
  await writers.stop()
  return backAt.map((at) => (ranSince(kit, worker.pid, at) ?? Number.POSITIVE_INFINITY) - at)
}

/** Kills a server for longer than locks live, under jobs that run; tells which. */
async function outliveLocks(kit: Kit): Promise<ReadonlySet<string>> {
  const redis = await kit.redis({ appendfsync: 'always' })
  const project = kit.project({ broker: redis.url, worker: { concurrency: HELD } })
  const client = await project.client()
  await Promise.all([project.worker().ready(), project.worker().ready()])
  const calls = RUNS_MS.flatMap((ms) => Array.from({ length: HELD }, () => client.enqueue('work', [ms])))
  const ids = new Set((await Promise.all(calls)).map(({ id }) => id))
  for (const id of ids) {
    kit.ledger.ack(id)
    await kit.ledger.line((line) => line.what === 'start' && line.id === id)
  }
  await redis.kill()
  await setTimeout(OUTLIVING_OUTAGE_MS)
  await redis.start()
  return ids
}

const ranSince = (kit: Kit, worker: number, since: number): number | undefined =>
  kit.ledger.starts().find(({ pid, at }) => pid === worker && at >= since)?.at
