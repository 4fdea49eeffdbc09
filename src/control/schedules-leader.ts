import type { ScheduleStore } from '../engine/schedule-store.js'

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
  const facts = await lease.leader()
  if (facts === undefined) return undefined
  const { host, pid, version, sinceMs } = facts
  return { host, pid, version, since: new Date(sinceMs) }
}
