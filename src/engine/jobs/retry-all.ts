import { randomUUID } from 'node:crypto'
import { type DeadAct, type DeadTools, walkDead } from '../dead/walk-dead.js'
import type { RetryTools } from '../workflows/retry-workflow.js'
import type { ArgsText } from './job-match.js'
import { jobStateOf } from './job-state.js'
import type { JobFilter } from './job-summary.js'
import { readSummaries } from './read-summaries.js'
import { ENDED_AS_FAILED, LEFT_EXPIRED, LEFT_REVOKED, RETRIED, type RetryCall } from './retry-script.js'

/**
 * How far it has come: dead letters that were looked at, that run again, and that match but were left alone, since they
 * were revoked or have expired.
 */
export interface RetryProgress {
  readonly searched: number
  readonly retried: number
  readonly revoked: number
  readonly expired: number
}

/** How they are run again. */
export interface RetryAllOptions {
  readonly onProgress?: (progress: RetryProgress) => void
  /** Who asked for it, for people. */
  readonly by?: string
  /** Only tells how many there are. */
  readonly dryRun?: boolean
}

/**
 * Runs every dead letter again that matches and was there when this was called. Those that were revoked or have expired
 * are left alone, but where the filter asks for them. It goes by no clock: each that it runs is marked with this call,
 * and left alone where it fails again meanwhile. It looks at a part of them at a time, and ends however many more fail:
 * it looks at no more than twice as many as there were. One that failed as the workflow did which took its place is not
 * run anew, but goes on as that does.
 */
export async function retryAll(
  tools: DeadTools & RetryTools,
  filter: JobFilter,
  argsText: ArgsText,
  { onProgress = () => {}, by, dryRun = false }: RetryAllOptions,
): Promise<RetryProgress> {
  const leaveRevoked = filter.states === undefined
  const how = { call: randomUUID(), leaveRevoked, ...(by !== undefined && { by }) }
  let progress: RetryProgress = { searched: 0, retried: 0, revoked: 0, expired: 0 }
  const act = dryRun ? onlyCount(tools, leaveRevoked) : retryEach(tools, how)
  await walkDead(tools, filter, argsText, { act, call: how.call }, (searched, codes) => {
    const count = (wanted: number) => codes.filter((code) => code === wanted).length
    progress = {
      searched: progress.searched + searched,
      retried: progress.retried + count(RETRIED),
      revoked: progress.revoked + count(LEFT_REVOKED),
      expired: progress.expired + count(LEFT_EXPIRED),
    }
    onProgress(progress)
  })
  return progress
}

/** Runs them again. */
const retryEach =
  (tools: RetryTools, how: RetryCall): DeadAct =>
  async (lane, ids) => {
    const codes = await tools.jobEdits.retry(lane, ids, { ...how, leaveOwners: true })
    const owners = ids.filter((_, index) => codes[index] === ENDED_AS_FAILED)
    if (owners.length === 0) return codes
    const { retryOwners } = await import('../workflows/retry-owners.js')
    return [...codes.filter((code) => code !== ENDED_AS_FAILED), ...(await retryOwners(tools, lane, owners, how))]
  }

/** Tells what would come of them. */
const onlyCount =
  ({ link, keys }: DeadTools, leaveRevoked: boolean): DeadAct =>
  async (lane, ids) => {
    if (!leaveRevoked) return ids.map(() => RETRIED)
    const spots = ids.map((id) => ({ id, lane }))
    const jobs = await link.read((redis) => readSummaries(redis, keys, 'dead', spots))
    return jobs.map((job) => {
      const state = jobStateOf(job)
      if (state === 'revoked') return LEFT_REVOKED
      return state === 'expired' ? LEFT_EXPIRED : RETRIED
    })
  }
