import { safeText } from '../../codec/safe-text.js'
import type { BeatFacts } from '../../engine/beat-lease.js'
import { tellDistance } from './schedule-time.js'

/** A beat for programs. */
export function beatJson(beat: BeatFacts | undefined): object | null {
  if (beat === undefined) return null
  const { host, pid, version, sinceMs } = beat
  return { host, pid, version, since: new Date(sinceMs) }
}

/** Who leads. */
export function tellBeat({ host, pid, sinceMs }: BeatFacts, nowMs: number): string {
  const since = tellDistance(sinceMs, nowMs).replace(/ ago$/, '')
  return `${safeText(String(host), 100)} (process ${Number(pid)}) leads${since === 'now' ? '' : `, for ${since}`}`
}
