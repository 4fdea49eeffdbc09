import { safeText } from '../../codec/safe-text.js'
import type { RevokedReport, RevokesReport } from '../../control/revoke-jobs.js'
import type { RevokeProgress } from '../../engine/revokes/revoke-walk.js'
import type { Revocation } from '../../task/async-result.js'
import { isWorkflowId, NAMED, partOf } from '../../task/names.js'
import { tellDistance } from './schedule-time.js'
import { presentTable } from './table.js'

const SAYS: Readonly<Record<Exclude<Revocation, 'unknown'>, string>> = {
  removed: 'ended: it waited, and never runs',
  told: 'told to end: it runs',
  'too-late': 'too late: it had ended',
}

/** As taskq makes ids, and as its schedules do. */
const MADE_ID = /^[0-9a-z]{8}[0-9A-Za-z]{12}$|@\d{8}T\d{6}(\.\d{3})?Z$/
const CHOSEN_ID = /^[A-Za-z0-9._-]{1,128}$/

const WORKFLOW_SAYS: typeof SAYS = {
  removed: 'revoked: nothing of it runs, and nothing will',
  told: 'revoked: what has not run never runs; its jobs that run are told to end',
  'too-late': 'too late: it had ended',
}

function saysUnknown(id: string): string {
  if (isWorkflowId(id)) return 'no such workflow'
  if (partOf(id) !== undefined) return 'no such job: its workflow has no such part, or it is gone'
  if (id.startsWith(NAMED)) return 'no such job: one that comes within a week ends before it runs'
  if (MADE_ID.test(id) || !CHOSEN_ID.test(id)) return 'no such job'
  return `no such job (did you mean ${NAMED}${id}? That is the id of the job with the taskId ${id})`
}

/** What came of each. */
export function presentRevoked(reports: readonly RevokedReport[]): string {
  const width = Math.max(...reports.map(({ id }) => safeText(id, 120).length))
  const says = ({ id, outcome }: RevokedReport) => {
    if (outcome === 'unknown') return saysUnknown(id)
    return (isWorkflowId(id) ? WORKFLOW_SAYS : SAYS)[outcome]
  }
  return reports.map((one) => `${safeText(one.id, 120).padEnd(width)}  ${says(one)}`).join('\n')
}

/** What came of all that matched. */
export const presentRevokedMany = ({ searched, removed, told }: RevokeProgress): string =>
  `${jobs(removed)} ended, ${jobs(told)} that run told to end; ${searched.toLocaleString('en')} looked at.`

const jobs = (count: number): string => (count === 1 ? '1 job' : `${count.toLocaleString('en')} jobs`)

/** What was revoked lately, the newest first. */
export function presentRevokes({ revokes, total }: RevokesReport, nowMs: number, screen?: number): string {
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
  return [presentTable(['revoked', 'job', 'task', 'outcome', 'now', 'by', 'reason'], rows, screen), ...more].join('\n')
}
