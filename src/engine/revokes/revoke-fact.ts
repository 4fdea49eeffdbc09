import type { Revocation } from '../../task/async-result.js'

/** A revoke that was asked for, of one job or of many at once. */
export type RevokeFact = RevokedJob | RevokedMany

interface RevokeCall {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly reason: string
  /** Where the run was to be ended so long after it was told. */
  readonly terminateMs?: number
  /** Who asked for it. */
  readonly by?: string
}

/** A revoke of one job, and what came of it. */
export interface RevokedJob extends RevokeCall {
  readonly id: string
  readonly task?: string
  readonly outcome: Revocation
}

/** A revoke of many jobs at once. */
export interface RevokedMany extends RevokeCall {
  /** Which jobs were meant. */
  readonly what: string
  /** `begun`: it goes on, or whoever asked for it ended before it was through. */
  readonly outcome: 'begun' | 'done'
  readonly searched: number
  readonly removed: number
  readonly told: number
}

const OUTCOMES: readonly unknown[] = ['removed', 'told', 'too-late', 'unknown']

/** Reads a stored fact; undefined for what is none: it may be damaged. */
export function parseFact(id: string, text: string | null): RevokeFact | undefined {
  const { at, reason, terminateMs, by, what, task, outcome, searched, removed, told } = parse(text)
  if (typeof at !== 'number' || typeof reason !== 'string') return undefined
  const call = {
    at,
    reason,
    ...(typeof terminateMs === 'number' && { terminateMs }),
    ...(typeof by === 'string' && { by }),
  }
  if (typeof what === 'string') {
    const counts = { searched: count(searched), removed: count(removed), told: count(told) }
    return { ...call, what, outcome: outcome === 'done' ? 'done' : 'begun', ...counts }
  }
  if (!OUTCOMES.includes(outcome)) return undefined
  return { ...call, id, outcome: outcome as Revocation, ...(typeof task === 'string' && { task }) }
}

const count = (value: unknown): number => (typeof value === 'number' ? value : 0)

function parse(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
