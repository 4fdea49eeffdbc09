import type { BrokerLink } from '../connection/broker-link.js'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { type ArgsText, jobMatcher, lanesFor, looksInside } from './job-match.js'
import type { JobFilter, JobSummary } from './job-summary.js'
import { ENGINE_SCALE, JobWalk, sinceBound } from './job-walk.js'
import { type JobSpot, readSummaries } from './read-summaries.js'

/** What was found. */
export interface FoundJobs {
  readonly jobs: readonly JobSummary[]
  /** How many were looked at, and how many there are. */
  readonly searched: number
  readonly total: number
}

/** Jobs that one search looks at, at the most. */
const MAX_SEARCHED = 2000
/** Jobs that are read in one step of the broker. */
const STEP = 200

/** Lists the jobs of a place. The cost depends on how many are wanted, not on how many there are. */
export class JobLists {
  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
  ) {}

  /**
   * The first jobs that match: those that run or start next, or ended last, come first.
   *
   * @param argsText what is searched of a job's arguments
   */
  find(filter: JobFilter, limit: number, argsText: ArgsText): Promise<FoundJobs> {
    return this.link.read(async (redis) => {
      const lanes = lanesFor(filter, await redis.smembers(this.keys.lanes))
      const [total, found] = await Promise.all([
        countJobs(redis, this.keys, filter, lanes),
        this.#search(redis, filter, lanes, limit, argsText),
      ])
      return { ...found, total: Math.max(total, found.searched) }
    })
  }

  async #search(redis: Connection, filter: JobFilter, lanes: string[], limit: number, argsText: ArgsText) {
    const walk = new JobWalk(redis, this.keys, filter, lanes)
    const matches = jobMatcher(filter, argsText)
    const jobs: JobSummary[] = []
    // Where all are wanted, no more are read than are shown.
    const isOpen = !looksInside(filter)
    let looked = 0
    let searched = 0
    while (jobs.length < limit && looked < MAX_SEARCHED) {
      const spots = await walk.next(isOpen ? Math.min(STEP, limit - jobs.length) : STEP)
      if (spots.length === 0) break
      const there = await stillThere(redis, this.keys, filter, spots)
      const read = await readSummaries(redis, this.keys, filter.place, there)
      jobs.push(...read.filter(matches).slice(0, limit - jobs.length))
      looked += spots.length
      searched += there.length
    }
    return { jobs, searched }
  }
}

/** The engine keeps first runs and retries in one set; our notes of the latter may be older than it. */
async function stillThere(redis: Connection, keys: Keys, { place }: JobFilter, spots: readonly JobSpot[]) {
  if (place !== 'scheduled' && place !== 'retrying') return spots
  const pipeline = redis.pipeline()
  for (const { id, lane } of spots) {
    pipeline.zscore(place === 'scheduled' ? keys.retrying(lane) : keys.lane(lane, 'delayed'), id)
  }
  const scores = await runPipeline(pipeline)
  return spots.filter((_, index) => (scores[index] === null) === (place === 'scheduled'))
}

async function countJobs(redis: Connection, keys: Keys, filter: JobFilter, lanes: readonly string[]): Promise<number> {
  const pipeline = redis.pipeline()
  for (const lane of lanes) COUNTS[filter.place].ask(pipeline, keys, lane, filter)
  const replies = (await runPipeline(pipeline)).map(Number)
  const { replies: each, count } = COUNTS[filter.place]
  return lanes.reduce((sum, _, index) => sum + count(replies.slice(index * each, (index + 1) * each)), 0)
}

type Pipeline = ReturnType<Connection['pipeline']>

/** How the jobs of a place are counted: what is asked of each lane, and what the answers come to. */
interface Count {
  readonly replies: number
  readonly ask: (pipeline: Pipeline, keys: Keys, lane: string, filter: JobFilter) => void
  readonly count: (replies: readonly number[]) => number
}

const sum = (replies: readonly number[]): number => replies.reduce((a, b) => a + b, 0)

const ended = (part: string): Count => ({
  replies: 1,
  ask: (pipeline, keys, lane, { since }) => void pipeline.zcount(keys.lane(lane, part), sinceBound(since), '+inf'),
  count: sum,
})

/** Retries ahead; and of those whose time has come, as many as the engine has not handed to a worker. */
const retries = ([, ahead = 0, over = 0, due = 0]: readonly number[]): number => ahead + Math.min(over, due)

const waiting = (count: Count['count']): Count => ({
  replies: 4,
  ask: (pipeline, keys, lane) => {
    const now = Date.now()
    pipeline
      .zcard(keys.lane(lane, 'delayed'))
      .zcount(keys.retrying(lane), `(${now}`, '+inf')
      .zcount(keys.retrying(lane), '-inf', now)
      .zcount(keys.lane(lane, 'delayed'), '-inf', (now + 1) * ENGINE_SCALE - 1)
  },
  count,
})

const COUNTS: Readonly<Record<JobFilter['place'], Count>> = {
  active: { replies: 1, ask: (pipeline, keys, lane) => void pipeline.llen(keys.lane(lane, 'active')), count: sum },
  queued: {
    replies: 3,
    ask: (pipeline, keys, lane) =>
      void pipeline
        .llen(keys.lane(lane, 'wait'))
        .zcard(keys.lane(lane, 'prioritized'))
        .zcard(keys.keyed(lane, 'waiting')),
    count: sum,
  },
  blocked: {
    replies: 1,
    ask: (pipeline, keys, lane) => void pipeline.zcard(keys.lane(lane, 'waiting-children')),
    count: sum,
  },
  scheduled: waiting((replies) => Math.max(0, (replies[0] ?? 0) - retries(replies))),
  retrying: waiting((replies) => Math.min(replies[0] ?? 0, retries(replies))),
  succeeded: ended('completed'),
  dead: ended('failed'),
}
