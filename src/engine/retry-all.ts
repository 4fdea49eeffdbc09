import { randomUUID } from 'node:crypto'
import type { BrokerLink } from './broker-link.js'
import { walkFailed } from './failed-walk.js'
import type { JobEdits } from './job-edits.js'
import { type ArgsText, jobMatcher, lanesFor } from './job-match.js'
import type { JobFilter } from './job-summary.js'
import type { Keys } from './keys.js'
import { readSummaries } from './read-summaries.js'
import { LEFT_REVOKED, RETRIED, RETRY_CALL_FIELD } from './retry-script.js'
import { settlePipeline } from './run-pipeline.js'

/** How far it has come: dead letters that were looked at, that run again, and that match but were revoked. */
export interface RetryProgress {
  readonly searched: number
  readonly retried: number
  readonly revoked: number
}

/** What is needed to run dead letters again. */
interface RetryTools {
  readonly link: BrokerLink
  readonly keys: Keys
  readonly edits: JobEdits
}

/**
 * Runs every dead letter again that matches and was there when this was called, but for those that were revoked. It
 * goes by no clock: each that it runs is marked with this call, and left alone where it fails again meanwhile. It looks
 * at a part of them at a time, and ends however many more fail: it looks at no more than twice as many as there were.
 */
export async function retryAll(
  tools: RetryTools,
  filter: JobFilter,
  argsText: ArgsText,
  onProgress: (progress: RetryProgress) => void,
): Promise<RetryProgress> {
  const { link, keys, edits } = tools
  const lanes = lanesFor(filter, await link.read((redis) => redis.smembers(keys.lanes)))
  const choose = chooser(tools, filter, argsText)
  const how = { call: randomUUID(), leaveRevoked: true }
  let progress: RetryProgress = { searched: 0, retried: 0, revoked: 0 }
  for (const lane of lanes) {
    let left = 2 * (await link.read((redis) => redis.zcard(keys.lane(lane, 'failed'))))
    for await (const met of walkFailed(link, keys, lane, filter.since)) {
      const ids = (await unmarked(tools, lane, met, how.call)).slice(0, left)
      left -= ids.length
      const chosen = await choose(lane, ids)
      const codes = chosen.length === 0 ? [] : await edits.retry(lane, chosen, how)
      const count = (wanted: number) => codes.filter((code) => code === wanted).length
      const { searched, retried, revoked } = progress
      progress = {
        searched: searched + ids.length,
        retried: retried + count(RETRIED),
        revoked: revoked + count(LEFT_REVOKED),
      }
      onProgress(progress)
      if (left === 0) break
    }
  }
  return progress
}

/** Those that this call has not run already. */
async function unmarked({ link, keys }: RetryTools, lane: string, ids: readonly string[], call: string) {
  const marks = await link.read((redis) => {
    const pipeline = redis.pipeline()
    for (const id of ids) pipeline.hget(keys.job(lane, id), RETRY_CALL_FIELD)
    return settlePipeline(pipeline)
  })
  return ids.filter((_, index) => marks[index] !== call)
}

type Choose = (lane: string, ids: readonly string[]) => Promise<readonly string[]>

/** Chooses those that match. They are read only where that must be. */
function chooser({ link, keys }: RetryTools, filter: JobFilter, argsText: ArgsText): Choose {
  if (filter.task === undefined && filter.text === undefined) return async (_, ids) => ids
  const matches = jobMatcher(filter, argsText)
  return async (lane, ids) => {
    const spots = ids.map((id) => ({ id, lane }))
    const jobs = await link.read((redis) => readSummaries(redis, keys, 'dead', spots))
    return jobs.filter(matches).map(({ id }) => id)
  }
}
