import { safeText } from '../../codec/safe-text.js'
import type { LeadingBeat } from '../../control/schedules-leader.js'
import { tellDistance } from './schedule-time.js'

/** Who leads. */
export function tellBeat({ host, pid, since }: LeadingBeat, nowMs: number): string {
  const length = tellDistance(since.getTime(), nowMs).replace(/ ago$/, '')
  return `${safeText(String(host), 100)} (process ${Number(pid)}) leads${length === 'now' ? '' : `, for ${length}`}`
}
