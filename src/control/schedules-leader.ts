import type { BeatFacts } from '../engine/schedules/beat-lease.js'
import type { ScheduleStore } from '../engine/schedules/schedule-store.js'

/** The beat that leads. */
export interface LeadingBeat {
  readonly host: string
  readonly pid: number
  /** Its version of taskq. */
  readonly version: string
  /** Since when it leads. */
  readonly since: Date
}

/** Which beat leads; undefined when none runs. */
export async function readLeader({ lease }: Pick<ScheduleStore, 'lease'>): Promise<LeadingBeat | undefined> {
  return toLeadingBeat(await lease.leader())
}

/** What a beat wrote of itself, for those who look. */
export function toLeadingBeat(facts: BeatFacts | undefined): LeadingBeat | undefined {
  if (facts === undefined) return undefined
  const { host, pid, version, sinceMs } = facts
  return { host, pid, version, since: new Date(sinceMs) }
}
