import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'
import { askingConnections, linesOf, watchStorm } from '../kit/storm.ts'

/** Jobs that run when the server begins to refuse, and end while it does. */
const RUNNING = 4
const TASK_MS = 700
const FAULT_MS = 2000
/** Long enough to tell a pace from a first try, and no longer than a lock lives. */
const STORM_MS = 7000

/** A way to refuse, and to serve again. */
interface Fault {
  readonly begin: (redis: RedisServer) => Promise<unknown>
  readonly end: (redis: RedisServer) => Promise<unknown>
}

const FAULTS: readonly Fault[] = [
  // READONLY: a replica of nobody.
  { begin: ({ admin }) => admin.replicaof('127.0.0.1', 9), end: ({ admin }) => admin.replicaof('no', 'one') },
  // MASTERDOWN: one that does not even read.
  {
    begin: async ({ admin }) => {
      await admin.config('SET', 'replica-serve-stale-data', 'no')
      await admin.replicaof('127.0.0.1', 9)
    },
    end: async ({ admin }) => {
      await admin.replicaof('no', 'one')
      await admin.config('SET', 'replica-serve-stale-data', 'yes')
    },
  },
  // LOADING: killed, and started on a file that takes its time.
  { begin: (redis) => redis.kill().then(() => void redis.start()), end: (redis) => loaded(redis) },
]

export const row: FaultRow = {
  id: 'F14',
  fault: 'a server that answers READONLY, MASTERDOWN or LOADING for 2 s',
  promise: 'nobody storms it, and work that ends meanwhile is not done again',
  repetitions: 9,
  quick: 1,
  async run(kit) {
    const redis = await kit.redis({ appendfsync: 'always', lines: ['key-load-delay 500'] })
    await fill(redis)
    const project = kit.project(redis.url)
    const worker = await project.worker(['--concurrency', String(RUNNING)]).ready()
    for (let turn = 0; turn < kit.repetitions; turn++) {
      await refuseWhileRunning(kit, project, redis, FAULTS[turn % FAULTS.length] as Fault)
    }
    if (kit.repetitions >= FAULTS.length) {
      const connections = await askingConnections(redis)
      const stormed = await watchStorm(redis, worker, connections, ['READONLY', 'UNBLOCKED'])
      await refuseWhileRunning(kit, project, redis, FAULTS[0] as Fault, async () => {
        await setTimeout(STORM_MS)
        const { reconnectsPerConnection, errorsPerConnection, cpuPercent } = await stormed()
        kit.measure('retries of each connection', reconnectsPerConnection, { atMost: 1, unit: '/s' })
        kit.measure('refused commands of each connection', errorsPerConnection, { atMost: 2, unit: '/s' })
        kit.measure('processor', cpuPercent, { atMost: 5, unit: '%' })
      })
    }
    for (const kind of ['READONLY', 'MASTERDOWN', 'LOADING', 'UNBLOCKED']) {
      kit.measure(`lines of ${kind}`, linesOf(worker, new RegExp(kind)), { atMost: 10, unit: '/min' })
    }
    await worker.stop()
    const { acked, runs } = kit.tally()
    kit.measure('runs of finished work again', runs - acked, { exactly: 0 })
  },
}

async function refuseWhileRunning(
  kit: Kit,
  project: Project,
  redis: RedisServer,
  fault: Fault,
  meanwhile: () => Promise<unknown> = () => setTimeout(FAULT_MS),
): Promise<void> {
  const client = await project.client()
  const before = kit.ledger.starts().length
  for (let count = 0; count < RUNNING; count++) kit.ledger.ack((await client.enqueue('work', [TASK_MS])).id)
  await kit.ledger.until(() => kit.ledger.starts().length >= before + RUNNING || undefined, 15_000, 'the starts')
  await fault.begin(redis)
  await meanwhile()
  await fault.end(redis)
  await kit.ledger.settled()
  await recorded(project, 15_000)
}

/** Resolves when no job is held any more: each end is in the broker. */
async function recorded(project: Project, timeoutMs: number): Promise<void> {
  const engine = await project.app.engine()
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const { queues } = await engine.queueOverviews()
    if (queues.every(({ active }) => active === 0)) return
    if (Date.now() > deadline) throw new Error(`jobs are active ${timeoutMs / 1000} s after the server was back`)
    await setTimeout(20)
  }
}

/** So much that loading takes about two seconds, and is interrupted to answer. */
async function fill({ admin }: RedisServer): Promise<void> {
  const pipeline = admin.pipeline()
  for (let key = 0; key < 4 * 1024; key++) pipeline.set(`filler:${key}`, 'x')
  await pipeline.exec()
}

async function loaded({ admin }: RedisServer): Promise<void> {
  for (;;) {
    const answer = await admin.ping().catch((error: Error) => error.message)
    if (answer === 'PONG') return
    await setTimeout(20)
  }
}
