import type { Redis } from 'ioredis'
import { jobsInTwoPlaces } from '../soak/broker-state.ts'
import type { RedisServer } from './redis-server.ts'
import { type Program, WorkerProcess } from './worker-process.ts'

/**
 * What a row may do on purpose, and is not held against it then: tasks that end their process or leave a rejection
 * alone (`accidents`), workers that end by themselves with another code than 0 (`deaths`), jobs whose worker nobody
 * succeeds (`unfinished`), many lines about one trouble with the broker (`noise`).
 */
export type OnPurpose = 'accidents' | 'deaths' | 'unfinished' | 'noise'

/** A server that says nothing for so long is held still, or on its way down. */
const ANSWERS_MS = 3000

/** What a worker says when a task's rejection or exception ends it, and what Node says for programs without such a watch. */
const ACCIDENT =
  /an error that nobody caught|process\.exit was called|triggerUncaughtException|ERR_UNHANDLED_REJECTION|UnhandledPromiseRejection|^Node\.js v\d+\./

/** What a line can complain of, where the broker is the trouble. */
const TROUBLE =
  /\b(?:READONLY|LOADING|MASTERDOWN|UNBLOCKED|MISCONF|OOM|CLUSTERDOWN|NOREPLICAS|WRONGPASS|ECONN[A-Z]+|EPIPE|ETIMEDOUT|TASKQ_BROKER_\w+)\b/

const MINUTE_MS = 60_000

/** Whether a program wrote that such an error, or a task's `process.exit`, ended it. */
export const hadAccident = (lines: readonly string[]): boolean => lines.some((line) => ACCIDENT.test(line))

/** The programs that ended by an error that nobody caught, or by a task's `process.exit`. */
export const accidents = (programs: readonly Program[]): Program[] => programs.filter(({ lines }) => hadAccident(lines))

/** Workers that ended by themselves, or not with 0 after one signal; whatever more signals do is their row's to judge. */
export function deaths(programs: readonly Program[]): Program[] {
  return workersOf(programs).filter(({ exit, signals, lines }) => {
    if (exit === undefined || exit.code === 0 || signals.length > 1 || signals.includes('SIGKILL')) return false
    // Signalled while it was being started, it has no say in it yet.
    return !(signals.length === 1 && !lines.some((line) => / is ready/.test(line)))
  })
}

/** The most lines about one kind of trouble with the broker that one worker wrote in any minute. */
export function mostTroubleLines(programs: readonly Program[]): number {
  return Math.max(0, ...workersOf(programs).map(mostInAMinute))
}

/** Whether all workers have ended, and the last of them in order: nothing can be on its way then. */
export function endedInOrder(programs: readonly Program[]): boolean {
  const workers = workersOf(programs).toSorted((a, b) => a.endedAt - b.endedAt)
  return workers.every(({ exit }) => exit !== undefined) && workers.at(-1)?.exit?.code === 0
}

/** What the jobs of a server look like; undefined where it has no say: a Sentinel, a replica, one that is down. */
export async function jobsAt(server: RedisServer): Promise<{ twice: number; active: number } | undefined> {
  if (!server.isRunning || server.isSentinel) return undefined
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWERS_MS)
  })
  const answer = look(server.admin).catch((error: Error) => {
    // A node of a Cluster which has none of our slots, or a server that refuses to read.
    if (/^(?:MOVED|CLUSTERDOWN|MASTERDOWN|LOADING|NOAUTH|NOPERM|EXECABORT)|closed/.test(error.message)) return undefined
    throw error
  })
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer))
}

async function look(redis: Redis): Promise<{ twice: number; active: number } | undefined> {
  const [role] = (await redis.call('role')) as [string]
  if (role !== 'master') return undefined
  const lanes = await redis.smembers('{taskq}~lanes')
  const active = await Promise.all(lanes.map((lane) => redis.llen(`{taskq}:${lane}:active`)))
  return { twice: (await jobsInTwoPlaces(redis)).length, active: active.reduce((sum, count) => sum + count, 0) }
}

const workersOf = (programs: readonly Program[]): Program[] =>
  programs.filter((program) => program instanceof WorkerProcess)

function mostInAMinute({ lines, times }: Program): number {
  const kinds = new Map<string, number[]>()
  for (const [index, line] of lines.entries()) {
    const kind = TROUBLE.exec(line)?.[0]
    if (kind !== undefined) kinds.set(kind, [...(kinds.get(kind) ?? []), times[index] ?? 0])
  }
  const counts = [...kinds.values()].flatMap((moments) =>
    moments.map((from) => moments.filter((at) => at >= from && at < from + MINUTE_MS).length),
  )
  return Math.max(0, ...counts)
}
