import type { BrokerLink } from './broker-link.js'
import { walkFailed } from './failed-walk.js'
import type { JobEdits } from './job-edits.js'
import { type ArgsText, jobMatcher, lanesFor } from './job-match.js'
import type { JobFilter } from './job-summary.js'
import type { Keys } from './keys.js'
import { readSummaries } from './read-summaries.js'
import { RETRIED } from './retry-script.js'

/** How far it has come: dead letters that were looked at, and that run again. */
export interface RetryProgress {
  readonly searched: number
  readonly retried: number
}

/**
 * Runs every dead letter again that matches, and ended before now by the broker's clock: one that fails again meanwhile
 * is left alone. Looks at a part of them at a time.
 */
export async function retryAll(
  link: BrokerLink,
  keys: Keys,
  edits: JobEdits,
  filter: JobFilter,
  argsText: ArgsText,
  onProgress: (progress: RetryProgress) => void,
): Promise<RetryProgress> {
  const { lanes, until } = await link.read(async (redis) => {
    const [all, [seconds, micros]] = await Promise.all([redis.smembers(keys.lanes), redis.time()])
    return { lanes: lanesFor(filter, all), until: Number(seconds) * 1000 + Math.floor(Number(micros) / 1000) }
  })
  const matches = jobMatcher(filter, argsText)
  const isOpen = filter.task === undefined && filter.text === undefined
  const choose = async (lane: string, ids: readonly string[]): Promise<readonly string[]> => {
    if (isOpen) return ids
    const spots = ids.map((id) => ({ id, lane }))
    const jobs = await link.read((redis) => readSummaries(redis, keys, 'dead', spots))
    return jobs.filter(matches).map(({ id }) => id)
  }
  let progress: RetryProgress = { searched: 0, retried: 0 }
  for (const lane of lanes) {
    for await (const ids of walkFailed(link, keys, lane, until, filter.since)) {
      const chosen = await choose(lane, ids)
      const codes = chosen.length === 0 ? [] : await edits.retry(lane, chosen, until)
      const retried = progress.retried + codes.filter((code) => code === RETRIED).length
      progress = { searched: progress.searched + ids.length, retried }
      onProgress(progress)
    }
  }
  return progress
}
