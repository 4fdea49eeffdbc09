import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import { type Ack, Writers } from '../kit/writers.ts'

const WRITERS = 10
/** How long the replica takes nothing in, before the master dies. */
const LAG_MS = 4000

export const row: FaultRow = {
  id: 'F20',
  fault: 'the master dies, and a replica takes over that lagged by 4 s',
  promise: "with durability: 'replicated' no job that was acknowledged is lost; without it, those of the lag are",
  repetitions: 3,
  async run(kit) {
    const wanted = ['acknowledged', ...Array<'replicated'>(kit.repetitions).fill('replicated')] as const
    const [plain, ...replicated] = await Promise.all(wanted.map((durability) => failOver(kit, durability)))
    if (plain === undefined) throw new Error('no failover')
    for (const { id } of replicated.flatMap(({ acks }) => acks)) kit.ledger.ack(id)
    const workers = [plain, ...replicated].map(({ project }) => project.worker(['--burst']))
    // Each ends when nothing is left to do: what it has not run then is lost.
    await Promise.all(workers.map(({ exited }) => exited))
    const tally = kit.tally()
    const ended = new Set(kit.ledger.ends().map(({ id }) => id))
    kit.measure('failovers, replicated', replicated.length, { exactly: kit.repetitions })
    kit.measure('acked, replicated', tally.acked, { atLeast: 100 })
    kit.measure('of them while the replica lagged', sum(replicated.map(({ lagging }) => lagging)), { exactly: 0 })
    kit.measure('of them after the failover', sum(replicated.map(({ after }) => after)), { atLeast: kit.repetitions })
    kit.measure('slowest enqueue', Math.round(Math.max(...replicated.map(({ slowestMs }) => slowestMs))), {
      atMost: 5000,
      unit: 'ms',
    })
    kit.measure('for comparison: lost where only the master acknowledged', lostOf(plain.acks, ended), { atLeast: 1 })
    kit.measure('of so many', plain.acks.length, { atLeast: 1 })
  },
}

interface Failover {
  readonly project: Project
  readonly acks: readonly Ack[]
  /** How many jobs were acknowledged while the replica lagged, and how many by the new master. */
  readonly lagging: number
  readonly after: number
  readonly slowestMs: number
}

/** Writes through a failover to a replica behind a network that carries nothing for a while. */
async function failOver(kit: Kit, durability: 'acknowledged' | 'replicated'): Promise<Failover> {
  const master = await kit.redis()
  const network = await kit.proxy(master)
  const replica = await kit.redis({ lines: [`replicaof 127.0.0.1 ${network.port}`] })
  // It is to confirm what the new master writes.
  const next = await kit.redis({ lines: [`replicaof 127.0.0.1 ${replica.port}`] })
  while (!/master_link_status:up/.test(await next.admin.info('replication'))) await setTimeout(20)
  while ((await master.admin.wait(1, 100)) < 1) await setTimeout(20)
  const callers = await kit.proxy(master)
  const project = kit.project({ broker: callers.url, durability })
  const writers = new Writers(await project.client(), { count: WRITERS, pauseMs: 40 })
  await setTimeout(1000)
  network.mode = 'blackhole'
  // What is on its way still counts.
  await setTimeout(50)
  const laggingFrom = writers.acks.length
  await setTimeout(LAG_MS)
  const diedAt = writers.acks.length
  await master.kill()
  await replica.admin.replicaof('NO', 'ONE')
  callers.moveTo(replica.port)
  await until(() => writers.acks.length > diedAt + WRITERS)
  await writers.stop()
  const { acks, slowestMs } = writers
  return { project, acks, lagging: diedAt - laggingFrom, after: acks.length - diedAt, slowestMs }
}

/** Waits for it, but not for ever: what has not come then is measured. */
async function until(isThere: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!isThere() && Date.now() < deadline) await setTimeout(20)
}

const lostOf = (acks: readonly Ack[], ended: ReadonlySet<string>): number =>
  acks.filter(({ id }) => !ended.has(id)).length

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0)
