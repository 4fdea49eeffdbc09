import { existsSync, readFileSync } from 'node:fs'
import type { Client } from '../../../dist/client/client.js'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import type { WorkerProcess } from '../kit/worker-process.ts'

/** So many workers are told to stop at once. */
const CREW = 20
const EIGHT_SECONDS = 8000
const TEN_MINUTES = 600_000
const DEFAULT_SHUTDOWN_MS = 25_000
/** Jobs keep coming to each queue: whoever still took any would be seen. */
const FEED_EVERY_MS = 250
const FED_MS = 100

/** What a timer, and the signal that began it, are late by where twenty processes end at once. */
const DRAIN_NOISE_MS = 500
/** After its signal a task has a second; the goodbye and the ends of twenty processes at once take what is left. */
const TIDY_MS = 5000

/** When a task heard that its run is to end, and why. */
interface Abort {
  readonly id: string
  readonly pid: number
  readonly at: number
  readonly why: string
}

/** A worker that is told to stop while it runs two jobs of ten minutes, in a queue of its own. */
interface Leaver {
  readonly worker: WorkerProcess
  readonly queue: string
  readonly shutdownMs: number
  /** Jobs that cannot end in its time: one hears of the signal, the other does not. */
  readonly long: readonly string[]
  /** A job that can, where it has the default time. */
  readonly middling: string | undefined
  signalledAt: number
  leftMs: number
  code: number | null
}

interface Site {
  readonly kit: Kit
  readonly project: Project
  readonly client: Client
}

export const row: FaultRow = {
  id: 'F02',
  fault: 'SIGTERM while tasks of 8 s and of 10 min run',
  promise: 'it takes nothing more, ends what ends in time and gives back the rest, which begins elsewhere within 1 s',
  repetitions: 50,
  quick: 2,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { concurrency: 4 }, log: { format: 'json' } })
    const site = { kit, project, client: await project.client() }
    const patient = Math.floor(kit.repetitions / 5)
    const patientOnes = leaveTogether(site, patient, DEFAULT_SHUTDOWN_MS)
    const leavers: Leaver[] = []
    for (let left = kit.repetitions - patient; left > 0; left -= CREW) {
      leavers.push(...(await leaveTogether(site, Math.min(left, CREW), 1000)))
    }
    leavers.push(...(await patientOnes))
    kit.tally()
    judge(kit, leavers)
    const ids = leavers.flatMap(({ queue, long }) => long.map((id) => `{taskq}:${queue}:${id}`))
    const crashes = await Promise.all(ids.map((key) => redis.admin.hget(key, 'stc')))
    kit.measure('crashes charged', crashes.filter((count) => Number(count ?? 0) > 0).length, { exactly: 0 })
  },
}

let queues = 0

/** Starts workers, tells all to stop while each runs its jobs, and lets others run what they gave back. */
async function leaveTogether(site: Site, count: number, shutdownMs: number): Promise<Leaver[]> {
  const { kit, project } = site
  if (count === 0) return []
  const crew = await Promise.all(Array.from({ length: count }, () => begin(site, `crew-${queues++}`, shutdownMs)))
  const served = crew.map(({ queue }) => queue).join(',')
  const heir = await project.worker(['-Q', served, '--concurrency', String(8 * count)]).ready()
  const feeding = setInterval(() => void feed(site, crew), FEED_EVERY_MS)
  await Promise.all(
    crew.map(async (leaver) => {
      leaver.signalledAt = Date.now()
      leaver.code = (await leaver.worker.stop()).code
      leaver.leftMs = Date.now() - leaver.signalledAt
    }),
  )
  clearInterval(feeding)
  const longOnes = crew.flatMap(({ long }) => long)
  const haveEnded = () => longOnes.every((id) => kit.ledger.ends(id).length > 0) || undefined
  await kit.ledger.until(haveEnded, 15_000, 'what was given back to end')
  await kit.ledger.until(() => kit.ledger.lost.every((id) => !isOf(crew, id)) || undefined, 15_000, 'the rest to end')
  await heir.stop()
  return crew
}

const queueOf = new Map<string, string>()
const isOf = (crew: readonly Leaver[], id: string): boolean => crew.some(({ queue }) => queueOf.get(id) === queue)

async function enqueue({ kit, client }: Site, task: string, ms: number, queue: string): Promise<string> {
  const { id } = await client.enqueue(task, [ms], { queue })
  queueOf.set(id, queue)
  kit.ledger.ack(id)
  return id
}

async function begin(site: Site, queue: string, shutdownMs: number): Promise<Leaver> {
  const { kit, project } = site
  const worker = await project.worker(['-Q', queue, '--shutdown-timeout', `${shutdownMs}ms`]).ready()
  const long = [
    await enqueue(site, 'longOnce', TEN_MINUTES, queue),
    await enqueue(site, 'listensOnce', TEN_MINUTES, queue),
  ]
  const isPatient = shutdownMs === DEFAULT_SHUTDOWN_MS
  const middling = isPatient ? await enqueue(site, 'work', EIGHT_SECONDS, queue) : undefined
  for (const id of [...long, ...(middling === undefined ? [] : [middling])]) {
    await kit.ledger.line((line) => line.what === 'start' && line.id === id)
  }
  return { worker, queue, shutdownMs, long, middling, signalledAt: 0, leftMs: 0, code: null }
}

const feed = (site: Site, crew: readonly Leaver[]) =>
  Promise.all(crew.map(({ queue }) => enqueue(site, 'work', FED_MS, queue)))

function judge(kit: Kit, leavers: readonly Leaver[]): void {
  const starts = kit.ledger.starts()
  const ends = kit.ledger.ends()
  const isLate = ({ worker, signalledAt }: Leaver) =>
    starts.some(({ pid, at }) => pid === worker.pid && at > signalledAt + 100)
  const stayed = leavers.filter(
    ({ worker, middling }) =>
      middling !== undefined && ends.some(({ id, pid }) => id === middling && pid === worker.pid),
  )
  const middling = leavers.filter((leaver) => leaver.middling !== undefined)
  kit.measure('workers that took a job 100 ms after the signal', leavers.filter(isLate).length, { exactly: 0 })
  kit.measure('tasks of 8 s that ended where they ran', stayed.length, { exactly: middling.length })
  kit.measure('exits with another code than 0', leavers.filter(({ code }) => code !== 0).length, { exactly: 0 })
  const aborts = abortsIn(kit)
  const told = leavers.filter((leaver) => aborts.filter((abort) => isOfShutdown(abort, leaver)).length === 1)
  kit.measure('tasks whose signal told of the shutdown, after its time', told.length, { exactly: leavers.length })
  kit.measure('signals beside', aborts.length - told.length, { exactly: 0 })
  // The drain is the shutdown time itself. Then those whose signal was aborted have a second, and the process ends.
  const drains = leavers.map(({ signalledAt, shutdownMs, long }) => {
    const abortedAt = aborts.find(({ id }) => long.includes(id))?.at ?? Number.POSITIVE_INFINITY
    return abortedAt - signalledAt - shutdownMs
  })
  kit.measure('longest drain beyond the shutdown time', Math.max(...drains), { atMost: DRAIN_NOISE_MS, unit: 'ms' })
  const overtime = leavers.map(({ leftMs, shutdownMs }) => leftMs - shutdownMs)
  kit.measure('longest end after the shutdown time', Math.max(...overtime), { atMost: TIDY_MS, unit: 'ms' })
  const waits = leavers.flatMap((leaver) => leaver.long.map((id) => waitOf(kit, leaver, id)))
  kit.measure('jobs given back', waits.length, { exactly: 2 * leavers.length })
  kit.measure('longest wait for the next run', Math.max(...waits), { atMost: 1000, unit: 'ms' })
  const charged = starts.filter(({ attempt }) => attempt > 1)
  kit.measure('runs charged as attempts', charged.length, { exactly: 0 })
}

function abortsIn({ ledger }: Kit): Abort[] {
  const file = `${ledger.file}-aborts`
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Abort)
}

const isOfShutdown = ({ id, pid, at, why }: Abort, { worker, long, signalledAt, shutdownMs }: Leaver): boolean =>
  pid === worker.pid && long.includes(id) && why === 'TASKQ_JOB_SHUTDOWN' && at >= signalledAt + shutdownMs - 50

/** From the moment that a worker says it gave a job back, to the start elsewhere. */
function waitOf(kit: Kit, { worker }: Leaver, id: string): number {
  const lines = worker.lines.filter((line) => line.includes(id) && line.includes('went back to its queue'))
  const given = lines.map((line) => Date.parse((JSON.parse(line) as { time: string }).time))
  const again = kit.ledger.starts(id).find(({ pid }) => pid !== worker.pid)
  return given[0] === undefined || again === undefined ? Number.POSITIVE_INFINITY : Math.max(0, again.at - given[0])
}
