import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Kit } from '../kit/kit.ts'
import { PROJECT, type Project } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import { Program } from '../kit/worker-process.ts'

const SHIM = fileURLToPath(new URL('../kit/skewed-clock.mjs', import.meta.url))
const SKEWS = [60_000, -60_000]
/** Taken from the program that is to run: a wait of so long at most. */
const LONGEST_MS = 6000

const CLOCK_WARNING = /the broker's clock is/g

/** A job, as the program that enqueued it tells of it. */
interface Told {
  readonly id: string
  readonly task: string
  readonly askedAt: number
  readonly ackedAt: number
  /** How long it was to wait. */
  readonly waitMs?: number
  /** When it was to begin, where that is an instant. */
  readonly dueAt?: number
}

/** A program whose clock is wrong. */
const skewed = (skewMs: number) => ({
  nodeFlags: ['--import', SHIM],
  env: { FAULTS_SKEW_MS: String(skewMs) },
})

export const row: FaultRow = {
  id: 'F33',
  fault: 'the clock of a producer or of a worker is ±60 s wrong',
  promise:
    'countdowns, instants, retries and expiry are kept by the broker’s clock; who is more than 30 s off is refused',
  repetitions: 200,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, preflight: { allowClockSkew: true } })
    const workers = await Promise.all(SKEWS.map((skewMs) => project.worker([], skewed(skewMs)).ready()))
    const told = (await Promise.all(SKEWS.map((skewMs) => enqueueFrom(kit, project, skewMs)))).flat()
    for (const { id } of told) kit.ledger.ack(id)
    await kit.ledger.settled()
    const errors = startErrors(kit, told, new Map(workers.map(({ pid }, index) => [pid, SKEWS[index] ?? 0])))
    kit.tally()
    kit.measure('jobs that were to wait', errors.length, { atLeast: kit.repetitions })
    kit.measure('started too late by', Math.max(0, ...errors), { atMost: 1000, unit: 'ms' })
    kit.measure('started too early by', Math.max(0, ...errors.map((error) => -error)), { atMost: 1000, unit: 'ms' })
    await Promise.all(workers.map((worker) => worker.stop()))
    await refusals(kit, redis.url)
  },
}

/** Enqueues half of the jobs from a program whose clock is wrong. */
async function enqueueFrom(kit: Kit, project: Project, skewMs: number): Promise<Told[]> {
  const calls = Array.from({ length: Math.ceil(kit.repetitions / SKEWS.length / 3) }, () => {
    const waitMs = kit.random.between(500, LONGEST_MS)
    const eta = new Date(Date.now() + 1000 + waitMs)
    return [
      { task: 'work', options: { countdown: waitMs }, waitMs },
      { task: 'work', options: { eta: eta.toISOString() }, dueAt: eta.getTime() },
      { task: 'failsOnce', waitMs: 1000 },
      // Not lost, though the worker's clock, or the caller's, says that it is too late.
      { task: 'work', options: { expires: '30s' } },
    ]
  }).flat()
  const child = spawn(process.execPath, ['--import', SHIM, join(PROJECT, 'enqueue.mjs'), JSON.stringify(calls)], {
    cwd: PROJECT,
    env: { ...kit.env, FAULTS_SKEW_MS: String(skewMs), FAULTS_CONFIG: JSON.stringify(project.config) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const program = new Program(child, () => {})
  kit.own(program)
  const { code } = await program.exited
  if (code !== 0) throw new Error(`the producer ended with ${code}: ${program.output}`)
  kit.measure(`warnings of a caller that is ${skewMs / 1000} s off`, program.output.match(CLOCK_WARNING)?.length ?? 0, {
    exactly: 1,
  })
  return program.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Told)
}

/** How much too late each job began that was to wait: less than 0 for too early. Its wait begins while it is enqueued. */
function startErrors(kit: Kit, told: readonly Told[], skewOf: ReadonlyMap<number, number>): number[] {
  const starts = kit.ledger.starts().map((start) => ({ ...start, at: start.at - (skewOf.get(start.pid) ?? 0) }))
  return told.flatMap(({ id, task, askedAt, ackedAt, waitMs, dueAt }) => {
    const [first, second] = starts.filter((start) => start.id === id).map(({ at }) => at)
    if (first === undefined) return []
    if (dueAt !== undefined) return [errorOf(first, dueAt, Math.max(dueAt, ackedAt))]
    if (waitMs === undefined) return []
    if (task !== 'failsOnce') return [errorOf(first, askedAt + waitMs, ackedAt + waitMs)]
    return second === undefined ? [] : [second - first - waitMs]
  })
}

/** How far something was from when it should have been. */
const errorOf = (at: number, earliest: number, latest: number): number =>
  at < earliest ? at - earliest : Math.max(0, at - latest)

/** Who starts with a wrong clock, and nobody allowed it. */
async function refusals(kit: Kit, broker: string): Promise<void> {
  const project = kit.project({ broker })
  const refused = await Promise.all([
    ...SKEWS.map((skewMs) => project.taskq(['worker', '--burst'], skewed(skewMs))),
    project.taskq(['beat'], skewed(60_000)),
  ])
  const isRefusal = ({ code, stderr }: { code: number | null; stderr: string }) =>
    code === 1 && /TASKQ_CLOCK_SKEW/.test(stderr)
  kit.measure('programs refused that are 60 s off', refused.filter(isRefusal).length, { exactly: refused.length })
  const [off, right] = await Promise.all(
    [5000, 200].map((skewMs) => project.taskq(['worker', '--burst'], skewed(skewMs))),
  )
  const warnings = (run: typeof off) => run?.stdout.match(CLOCK_WARNING)?.length ?? 0
  kit.measure('warnings of a worker that is 5 s off', warnings(off), { exactly: 1 })
  kit.measure('warnings of a worker that is 0.2 s off', warnings(right), { exactly: 0 })
}
