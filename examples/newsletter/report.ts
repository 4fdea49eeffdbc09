import type { RejectedRow } from './subscribers.ts'

/** How a run of the demo went. */
export interface Report {
  readonly rows: number
  readonly accepted: number
  /** Recipients that have their mail. */
  readonly delivered: number
  /** Mails that needed more than one try. */
  readonly retried: number
  readonly rejected: readonly RejectedRow[]
  /** Why mails were given up. */
  readonly failed: readonly string[]
  /** Mails that came again. */
  readonly duplicates: number
  readonly jobsPerSecond: number
  readonly elapsedMs: number
  readonly broker: string
}

/** The report as a table. */
export function formatReport(report: Report): string {
  const { rows, accepted, delivered, retried, rejected, failed, duplicates } = report
  const numbers: [string, string | number][] = [
    ['rows', rows],
    ['accepted', accepted],
    ['delivered', delivered],
    ['retried', retried],
    ['rejected', rejected.length],
    ['failed', failed.length],
    ['duplicates', duplicates],
    ['jobs/s', Math.round(report.jobsPerSecond)],
    ['elapsed', `${(report.elapsedMs / 1000).toFixed(1)} s`],
    ['broker', report.broker],
  ]
  const table = numbers.map(([name, value]) => `  ${name.padEnd(12)}${String(value)}`)
  const bad = rejected.map(({ line, reason }) => `  line ${String(line).padEnd(5)} ${reason}`)
  const why = [...new Set(failed)].map((reason) => `  ${reason}`)
  return [...table, '', 'Rejected rows', ...bad, ...(why.length > 0 ? ['', 'Failed', ...why] : [])].join('\n')
}

/** What is wrong with a run: each row must be delivered or rejected, and nobody gets two mails. */
export function findFaults({ rows, delivered, rejected, duplicates }: Report): string[] {
  const faults: string[] = []
  if (delivered + rejected.length !== rows)
    faults.push(`${delivered} delivered + ${rejected.length} rejected is not ${rows} rows`)
  if (duplicates > 0) faults.push(`${duplicates} mail(s) came twice`)
  return faults
}
