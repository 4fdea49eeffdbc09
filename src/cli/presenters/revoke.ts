import { safeText } from '../../codec/safe-text.js'
import type { RevokedReport, RevokesReport } from '../../control/revoke-jobs.js'
import type { RevokeProgress } from '../../engine/revokes/revoke-walk.js'
import type { Revocation } from '../../task/async-result.js'
import { tellDistance } from './schedule-time.js'
import { presentTable } from './table.js'

const SAYS: Readonly<Record<Revocation, string>> = {
  removed: 'ended: it waited, and never runs',
  told: 'told to end: it runs',
  'too-late': 'too late: it had ended',
  unknown: 'no such job: one that comes within a week ends before it runs',
}

/** What came of each. */
export function presentRevoked(reports: readonly RevokedReport[]): string {
  const width = Math.max(...reports.map(({ id }) => safeText(id, 120).length))
  return reports.map(({ id, outcome }) => `${safeText(id, 120).padEnd(width)}  ${SAYS[outcome]}`).join('\n')
}

/** What came of all that matched. */
export const presentRevokedMany = ({ searched, removed, told }: RevokeProgress): string =>
  `${jobs(removed)} ended, ${jobs(told)} that run told to end; ${searched.toLocaleString('en')} looked at.`

const jobs = (count: number): string => (count === 1 ? '1 job' : `${count.toLocaleString('en')} jobs`)

/** What was revoked lately, the newest first. */
export function presentRevokes({ revokes, total }: RevokesReport, nowMs: number): string {
  if (revokes.length === 0) return 'Nothing was revoked within the last week.'
  const rows = revokes.map((one) => [
    tellDistance(Date.parse(one.at), nowMs),
    'id' in one ? one.id : one.what,
    'id' in one ? (one.task ?? '-') : '-',
    'id' in one ? one.outcome : `${one.removed} removed, ${one.told} told`,
    'id' in one ? one.state : one.outcome,
    one.by ?? '-',
    one.reason,
  ])
  const more = total > revokes.length ? [`${revokes.length} of ${total} shown.`] : []
  return [presentTable(['revoked', 'job', 'task', 'outcome', 'now', 'by', 'reason'], rows), ...more].join('\n')
}
