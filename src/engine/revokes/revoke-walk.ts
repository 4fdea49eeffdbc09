import type { Revocation } from '../../task/async-result.js'
import type { BrokerLink } from '../connection/broker-link.js'
import { settlePipeline } from '../connection/run-pipeline.js'
import { walkByScore, walkList } from '../jobs/failed-walk.js'
import { lanesFor } from '../jobs/job-match.js'
import type { JobSummary } from '../jobs/job-summary.js'
import { readSummaries } from '../jobs/read-summaries.js'
import type { Keys } from '../keys.js'
import { type RevokeOrder, revokeJob } from './revoke.js'

/** Which jobs are to end. */
export interface RevokeMatch {
  readonly queue?: string
  /** A task's name, or a glob with `*`. */
  readonly task?: string
  /** Asked of each job of these; it has its data, however large. */
  readonly matches: (job: JobSummary) => boolean
}

/** How far it has come: jobs that were looked at, that were ended, and that run and were told. */
export interface RevokeProgress {
  readonly searched: number
  readonly removed: number
  readonly told: number
}

/** What is needed to end jobs. */
interface RevokeTools {
  readonly link: BrokerLink
  readonly keys: Keys
  /** Has workers look at these jobs now. */
  readonly tell: (ids: readonly string[]) => Promise<void>
}

/**
 * Jobs move on while they are looked for: from waiting for their time to waiting for a worker, to running, and back. It
 * looks in that order, and once more after a look that found some; so often at the most, since jobs may come for ever.
 */
const MAX_LOOKS = 5

/** Ends the jobs that match, lane by lane, in steps. */
export class RevokeWalk {
  readonly #told = new Set<string>()
  #searched = 0
  #removed = 0

  constructor(
    private readonly tools: RevokeTools,
    private readonly match: RevokeMatch,
    private readonly order: RevokeOrder,
    private readonly onProgress: (progress: RevokeProgress) => void,
  ) {}

  async run(): Promise<RevokeProgress> {
    for (let look = 1; look <= MAX_LOOKS; look++) {
      const isFirst = look === 1
      const before = this.#ended
      for (const lane of await this.#lanes()) await this.#look(lane, isFirst)
      if (this.#ended === before) break
    }
    return this.#progress
  }

  get #ended(): number {
    return this.#removed + this.#told.size
  }

  get #progress(): RevokeProgress {
    return { searched: this.#searched, removed: this.#removed, told: this.#told.size }
  }

  async #lanes(): Promise<readonly string[]> {
    const { link, keys } = this.tools
    return lanesFor(this.match, await link.read((redis) => redis.smembers(keys.lanes)))
  }

  async #look(lane: string, isFirst: boolean): Promise<void> {
    for await (const met of walkLane(this.tools, lane)) {
      const ids = met.filter((id) => !this.#told.has(id))
      if (isFirst) this.#searched += ids.length
      for (const [id, outcome] of await endThose(this.tools, lane, ids, this.match, this.order)) {
        if (outcome === 'removed') this.#removed++
        if (outcome === 'told') this.#told.add(id)
      }
      this.onProgress(this.#progress)
    }
  }
}

/** The jobs of a lane that have not ended, page by page. */
async function* walkLane({ link, keys }: RevokeTools, lane: string): AsyncGenerator<readonly string[]> {
  const key = (part: string) => keys.lane(lane, part)
  yield* walkByScore(link, key('delayed'))
  yield* walkByScore(link, key('prioritized'))
  yield* walkByScore(link, keys.keyed(lane, 'waiting'))
  yield* walkList(link, key('wait'))
  yield* walkByScore(link, key('waiting-children'))
  yield* walkList(link, key('active'))
}

async function endThose(
  { link, keys, tell }: RevokeTools,
  lane: string,
  ids: readonly string[],
  match: RevokeMatch,
  order: RevokeOrder,
): Promise<ReadonlyMap<string, Revocation>> {
  if (ids.length === 0) return new Map()
  const jobs = (await readWhole(link, keys, lane, ids)).filter((job) => match.matches(job))
  const outcomes = await Promise.all(
    jobs.map(async ({ id }) => {
      const outcome = await link.read((redis) => revokeJob(redis, keys, { id, lane }, order))
      return [id, outcome] as const
    }),
  )
  const told = outcomes.filter(([, outcome]) => outcome === 'told').map(([id]) => id)
  if (told.length > 0) await tell(told)
  return new Map(outcomes)
}

/** Reads jobs with their data: a list leaves out what is large. */
function readWhole(link: BrokerLink, keys: Keys, lane: string, ids: readonly string[]): Promise<JobSummary[]> {
  return link.read(async (redis) => {
    const spots = ids.map((id) => ({ id, lane }))
    const jobs = await readSummaries(redis, keys, 'queued', spots)
    const large = jobs.filter(({ data }) => data === undefined)
    if (large.length === 0) return jobs
    const pipeline = redis.pipeline()
    for (const { id } of large) pipeline.hget(keys.job(lane, id), 'data')
    const texts = await settlePipeline(pipeline)
    const whole = new Map(large.map(({ id }, index) => [id, texts[index]]))
    return jobs.map((job) => {
      const data = whole.get(job.id)
      return typeof data === 'string' ? { ...job, data } : job
    })
  })
}
