import type { ResolvedAlerts } from '../config/resolve-alerts.js'
import { OTHER_QUEUES } from '../config/resolve-alerts.js'
import type { QueueOverview } from '../engine/lanes/queue-overview.js'
import type { TaskCounts } from '../stats/task-counts.js'

/** By which rules it is judged; what is told, and where to, is another matter. */
export type AlertRules = Pick<ResolvedAlerts, 'queueAgeMs' | 'failureRate' | 'everyMs' | 'repeatMs'>

/** What is judged. */
export interface AlertFacts {
  /** The broker's time, in milliseconds since 1970. */
  readonly at: number
  readonly queues: readonly Pick<QueueOverview, 'queue' | 'oldestQueuedAt'>[]
  /** How jobs ended in the time that is looked at, by task. */
  readonly tasks: ReadonlyMap<string, Pick<TaskCounts, 'succeeded' | 'failed'>>
}

export type AlertKind = 'queue-age' | 'failure-rate'

/** Something that is not as it should be. */
export interface Alert {
  readonly kind: AlertKind
  /** The queue's name or the task's. */
  readonly subject: string
  /** When it was first seen, in milliseconds since 1970, by the broker's clock. */
  readonly since: number
  /** Seconds, or percent; when it was last seen. */
  readonly value: number
  readonly threshold: number
  /** When somebody was last told of it; undefined where nobody has been yet. */
  readonly toldAt?: number
  /** Since when it has not been seen. */
  readonly goneSince?: number
}

/** What follows from a look. */
export interface Verdict {
  /** To be told: those that are new, and those that last. */
  readonly fire: readonly Alert[]
  /** To be told that they are over. */
  readonly clear: readonly Alert[]
  /** All that stand, `fire` and `clear` among them, as nobody had been told of these now. */
  readonly state: readonly Alert[]
}

/** An alert is over when it was not seen for so many looks: one that comes and goes is told of less often. */
const QUIET_LOOKS = 2

/** Judges what was seen, by what was known before. Pure. */
export function evaluateAlerts(facts: AlertFacts, rules: AlertRules, previous: readonly Alert[]): Verdict {
  const known = new Map(previous.map((alert) => [keyOf(alert), alert]))
  const seen = [...lateQueues(facts, rules), ...failingTasks(facts, rules)].map((found): Alert => {
    const { since = facts.at, toldAt } = known.get(keyOf(found)) ?? {}
    return { ...found, since, ...(toldAt !== undefined && { toldAt }) }
  })
  const doubtful = doubtfulTasks(facts, rules)
  const held = previous.filter((alert) => doubtful.has(keyOf(alert)))
  const present = new Set([...seen, ...held].map(keyOf))
  const gone = previous
    .filter((alert) => !present.has(keyOf(alert)))
    // Nobody was told of it: nobody needs to hear that it is over.
    .filter((alert) => alert.toldAt !== undefined)
    .map((alert) => ({ ...alert, goneSince: alert.goneSince ?? facts.at }))
  const quietMs = (QUIET_LOOKS - 1) * rules.everyMs
  return {
    fire: [
      ...seen.filter(({ toldAt }) => toldAt === undefined || facts.at - toldAt >= rules.repeatMs),
      // Whether it lasts is not known, so it is not repeated; that it began was seen.
      ...held.filter(({ toldAt }) => toldAt === undefined),
    ],
    // A timer may come a little early.
    clear: gone.filter(({ goneSince }) => facts.at - goneSince >= quietMs * 0.9),
    state: [...seen, ...held, ...gone],
  }
}

/** The state after the telling: who was told of now need not be told again, and what is over is forgotten. Pure. */
export function settleAlerts({ clear, state }: Verdict, told: ReadonlySet<Alert>, now: number): readonly Alert[] {
  const over = new Set(clear)
  return state.flatMap((alert) => {
    if (!told.has(alert)) return [alert]
    return over.has(alert) ? [] : [{ ...alert, toldAt: now }]
  })
}

const keyOf = ({ kind, subject }: Pick<Alert, 'kind' | 'subject'>): string => `${kind} ${subject}`

type Found = Omit<Alert, 'since' | 'toldAt' | 'goneSince'>

function lateQueues({ at, queues }: AlertFacts, { queueAgeMs }: AlertRules): Found[] {
  return queues.flatMap(({ queue, oldestQueuedAt }) => {
    const limitMs = queueAgeMs[Object.hasOwn(queueAgeMs, queue) ? queue : OTHER_QUEUES]
    const ageMs = oldestQueuedAt === undefined ? 0 : at - oldestQueuedAt
    if (limitMs === undefined || ageMs <= limitMs) return []
    return [{ kind: 'queue-age', subject: queue, value: Math.round(ageMs / 1000), threshold: limitMs / 1000 }]
  })
}

/** Those of which jobs ended, but too few to judge by: an alert that stands is neither confirmed nor over. */
function doubtfulTasks({ tasks }: AlertFacts, { failureRate }: AlertRules): ReadonlySet<string> {
  const doubtful = [...tasks].filter(([, { succeeded, failed }]) => {
    const ended = succeeded + failed
    return ended > 0 && ended < failureRate.minJobs
  })
  return new Set(doubtful.map(([subject]) => keyOf({ kind: 'failure-rate', subject })))
}

function failingTasks({ tasks }: AlertFacts, { failureRate }: AlertRules): Found[] {
  return [...tasks].flatMap(([task, { succeeded, failed }]) => {
    const ended = succeeded + failed
    const percent = ended === 0 ? 0 : (failed / ended) * 100
    if (ended < failureRate.minJobs || percent <= failureRate.percent) return []
    const value = Math.round(percent * 10) / 10
    return [{ kind: 'failure-rate', subject: task, value, threshold: failureRate.percent }]
  })
}
