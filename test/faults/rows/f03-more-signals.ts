import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Client } from '../../../dist/client/client.js'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import type { WorkerProcess } from '../kit/worker-process.ts'

/** So many workers are signalled at once. */
const CREW = 3
const TEN_MINUTES = 600_000
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
const CODES: readonly (number | null)[] = [143, 130, 129]
/** How a worker's end is asked for, again and again. */
const KINDS = ['twice', 'three times', 'kill'] as const

/** A worker that runs two endless jobs, and one more in a child process that is blocked. */
interface Crew {
  readonly kind: (typeof KINDS)[number]
  readonly queue: string
  readonly worker: WorkerProcess
  readonly jobs: readonly string[]
  /** The child, by its number. */
  readonly child: number
  endMs: number
  code: number | null
  /** How long its child was there after it. */
  childMs: number
}

export const row: FaultRow = {
  id: 'F03',
  fault: 'a second and a third signal, and kill -9, while tasks run in the process and in a blocked child',
  promise: 'with the second it gives all back and ends within 1 s; with the third it ends now; no child outlives it',
  // Four of each kind: a row has no more than a minute.
  repetitions: 12,
  // One of each kind.
  quick: 3,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { concurrency: 3 } })
    const client = await project.client()
    const all: Crew[] = []
    for (let done = 0; done < kit.repetitions; done += CREW) {
      const count = Math.min(CREW, kit.repetitions - done)
      const kinds = Array.from({ length: count }, (_, index) => KINDS[(done + index) % KINDS.length] ?? 'twice')
      const crew = await Promise.all(kinds.map((kind, index) => begin(kit, project, client, kind, done + index)))
      await Promise.all(crew.map((one) => end(kit, one)))
      all.push(...crew)
    }
    const queues = all.map((_, index) => `signalled-${index}`).join(',')
    const heir = await project.worker(['-Q', queues, '--concurrency', '20']).ready()
    await kit.ledger.settled(40_000)
    await heir.stop()
    kit.tally()
    judge(kit, all)
    const given = all.flatMap(({ kind, queue, jobs }) =>
      kind === 'twice' ? jobs.map((id) => `{taskq}:${queue}:${id}`) : [],
    )
    const crashes = await Promise.all(given.map((key) => redis.admin.hget(key, 'stc')))
    kit.measure('jobs left to their locks by the second signal', crashes.filter((count) => count !== null).length, {
      exactly: 0,
    })
  },
}

async function begin(kit: Kit, project: Project, client: Client, kind: Crew['kind'], index: number): Promise<Crew> {
  const queue = `signalled-${index}`
  const worker = await project.worker(['-Q', queue]).ready()
  const jobs: string[] = []
  for (const task of ['longOnce', 'listensOnce', 'blocksOnce']) {
    const { id } = await client.enqueue(task, [TEN_MINUTES], { queue })
    kit.ledger.ack(id)
    jobs.push(id)
  }
  const started = await Promise.all(
    jobs.map((job) => kit.ledger.line(({ what, id }) => what === 'start' && id === job)),
  )
  const child = started.at(-1)?.pid ?? 0
  return { kind, queue, worker, jobs, child, endMs: Number.NaN, code: null, childMs: Number.NaN }
}

async function end(kit: Kit, crew: Crew): Promise<void> {
  const { kind, worker, child } = crew
  if (kind !== 'kill') {
    worker.signal(kit.random.pick(SIGNALS))
    await worker.line(/shutting down/)
  }
  if (kind === 'three times') {
    worker.signal(kit.random.pick(SIGNALS))
    await worker.line(/giving running jobs back/)
  }
  const askedAt = performance.now()
  const gone = new Promise<void>((resolve) => worker.child.once('exit', () => resolve()))
  if (kind === 'kill') kit.ledger.noteKilled(worker.pid)
  worker.signal(kind === 'kill' ? 'SIGKILL' : kit.random.pick(SIGNALS))
  await gone
  crew.endMs = performance.now() - askedAt
  while (isAlive(child) && performance.now() - askedAt < 10_000) await setTimeout(5)
  crew.childMs = performance.now() - askedAt - crew.endMs
  crew.code = (await worker.exited).code
}

/** Whether a process runs: one that has ended and was not buried does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function judge(kit: Kit, all: readonly Crew[]): void {
  const of = (kind: Crew['kind']) => all.filter((one) => one.kind === kind)
  const longest = (crew: readonly Crew[], of: (one: Crew) => number) => Math.max(0, ...crew.map(of))
  const [twice, thrice] = [of('twice'), of('three times')]
  kit.measure('workers signalled twice', twice.length, { atLeast: 1 })
  kit.measure('workers signalled three times', thrice.length, { atLeast: 1 })
  kit.measure(
    'longest end after the second signal',
    longest(twice, ({ endMs }) => endMs),
    { atMost: 1000, unit: 'ms' },
  )
  kit.measure('its exits with another code than 0', twice.filter(({ code }) => code !== 0).length, { exactly: 0 })
  kit.measure(
    'longest end after the third signal',
    longest(thrice, ({ endMs }) => endMs),
    { atMost: 500, unit: 'ms' },
  )
  const odd = thrice.filter(({ code }) => code !== 0 && !CODES.includes(code))
  kit.measure("its exits with another code than 128 and the signal's", odd.length, { exactly: 0 })
  kit.measure(
    'longest life of a child after its worker',
    longest(all, ({ childMs }) => childMs),
    { atMost: 1000, unit: 'ms' },
  )
  const charged = kit.ledger.starts().filter(({ attempt }) => attempt > 1)
  kit.measure('runs charged as attempts', charged.length, { exactly: 0 })
}
