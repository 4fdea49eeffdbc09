import type { BrokerLink } from '../connection/broker-link.js'
import { settlePipeline } from '../connection/run-pipeline.js'
import { walkFailed } from '../jobs/failed-walk.js'
import { type ArgsText, jobMatcher, lanesFor, looksInside } from '../jobs/job-match.js'
import type { JobFilter } from '../jobs/job-summary.js'
import { readSummaries } from '../jobs/read-summaries.js'
import { RETRY_CALL_FIELD } from '../jobs/retry-call-field.js'
import type { Keys } from '../keys.js'

/** What is needed to look through dead letters. */
export interface DeadTools {
  readonly link: BrokerLink
  readonly keys: Keys
}

/** Does something with dead letters of a lane, and tells a code for each. */
export type DeadAct = (lane: string, ids: readonly string[]) => Promise<readonly number[]>

/** What is done with them. */
interface DeadWork {
  readonly act: DeadAct
  /** Those that are marked with this call are left alone. */
  readonly call?: string
}

/**
 * Does something with every dead letter that matches and was there when this was called, some at a time. It ends however
 * many more fail meanwhile: it looks at no more than twice as many as there were.
 */
export async function walkDead(
  tools: DeadTools,
  filter: JobFilter,
  argsText: ArgsText,
  { act, call }: DeadWork,
  onStep: (searched: number, codes: readonly number[]) => void,
): Promise<void> {
  const { link, keys } = tools
  const choose = chooser(tools, filter, argsText)
  for (const lane of lanesFor(filter, await link.read((redis) => redis.smembers(keys.lanes)))) {
    let left = 2 * (await link.read((redis) => redis.zcard(keys.lane(lane, 'failed'))))
    for await (const met of walkFailed(link, keys, lane, filter.since)) {
      const fresh = call === undefined ? met : await unmarked(tools, lane, met, call)
      const ids = fresh.slice(0, left)
      left -= ids.length
      const chosen = await choose(lane, ids)
      onStep(ids.length, chosen.length === 0 ? [] : await act(lane, chosen))
      if (left === 0) break
    }
  }
}

/** Those that this call has not run already. */
async function unmarked({ link, keys }: DeadTools, lane: string, ids: readonly string[], call: string) {
  const marks = await link.read((redis) => {
    const pipeline = redis.pipeline()
    for (const id of ids) pipeline.hget(keys.job(lane, id), RETRY_CALL_FIELD)
    return settlePipeline(pipeline)
  })
  return ids.filter((_, index) => marks[index] !== call)
}

type Choose = (lane: string, ids: readonly string[]) => Promise<readonly string[]>

/** Chooses those that match. They are read only where that must be. */
function chooser({ link, keys }: DeadTools, filter: JobFilter, argsText: ArgsText): Choose {
  if (!looksInside(filter)) return async (_, ids) => ids
  const matches = jobMatcher(filter, argsText)
  return async (lane, ids) => {
    const spots = ids.map((id) => ({ id, lane }))
    const jobs = await link.read((redis) => readSummaries(redis, keys, 'dead', spots))
    return jobs.filter(matches).map(({ id }) => id)
  }
}
