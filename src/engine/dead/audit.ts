/** What an operator did with a job. */
export interface AuditEntry {
  /** Milliseconds since 1970, by the broker's clock. */
  readonly at: number
  readonly did: 'retry' | 'edit and retry'
  /** Who, for people; empty where nobody said. */
  readonly by: string
}

/** The entries that a job's hash keeps, oldest first. What is broken is left out. */
export function parseAudit(text: string | undefined): readonly AuditEntry[] {
  if (text === undefined) return []
  try {
    const entries: unknown = JSON.parse(text)
    return Array.isArray(entries) ? entries.flatMap((entry) => parseEntry(entry) ?? []) : []
  } catch {
    return []
  }
}

function parseEntry(entry: unknown): AuditEntry | undefined {
  const { at, did, by } = (entry ?? {}) as Partial<Record<keyof AuditEntry, unknown>>
  if (typeof at !== 'number' || Math.abs(at) > 8.64e15) return undefined
  if (did !== 'retry' && did !== 'edit and retry') return undefined
  return { at, did, by: typeof by === 'string' ? by : '' }
}
