import { randomUUID } from 'node:crypto'
import type { Revocation } from '../../task/async-result.js'
import { partOf } from '../../task/names.js'
import type { BrokerLink } from '../connection/broker-link.js'
import { runPipeline } from '../connection/run-pipeline.js'
import { encodeNotice } from '../control/control-message.js'
import { MAX_TOLD } from '../control/parse-command.js'
import type { JobReader } from '../jobs/job-reader.js'
import type { Keys } from '../keys.js'
import { keepRevoke, revokeAhead } from './fact-script.js'
import { type JobPlace, type RevokeOrder, type RevokeRecord, revokeJob, storedReason } from './revoke.js'
import { parseFact, type RevokeFact } from './revoke-fact.js'
import { type RevokeMatch, type RevokeProgress, RevokeWalk } from './revoke-walk.js'
import { revokeUnmade } from './unmade-part.js'

/** How jobs are to end, and who wants it. */
export interface RevokeRequest extends RevokeOrder {
  /** For people: who asked for it. */
  readonly by?: string
}

/** What was revoked lately, the newest first. */
export interface RevokeHistory {
  readonly facts: readonly RevokeFact[]
  readonly total: number
}

/**
 * Ends jobs before they are done. Each revoke is kept with what came of it, so that it can be told later, also where no
 * worker lives and the job left no trace.
 */
export class Revokes {
  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
    private readonly jobs: JobReader,
  ) {}

  /** As {@link Revokes.end}, of a job whose lane is known; one that is not there is not remembered. */
  async endAt(place: JobPlace, request: RevokeRequest): Promise<Revocation> {
    const outcome = await this.#revoke(place, request, recordOf(request))
    if (outcome === 'told') await this.#tellWorkers([place.id], false)
    return outcome
  }

  /**
   * Ends a job. One that waits ends now, as `revoked`, and never runs. One that runs is told by its signal at once. A
   * part of a workflow that is no job yet ends in its workflow's record, and is never made one. Of any other id of which there is no job it is remembered for a week: a job that comes with it ends before it runs.
   *
   * @param lane where the job is, if that is known
   */
  async end(id: string, request: RevokeRequest, lane?: string): Promise<Revocation> {
    if (lane !== undefined) {
      const outcome = await this.endAt({ id, lane }, request)
      if (outcome !== 'unknown') return outcome
    }
    // A job may move to another lane while it is looked for.
    const outcome = await this.#endWhereItIs(id, request)
    if (outcome !== 'unknown') return outcome
    const unmade = await this.#endUnmade(id, request)
    if (unmade !== 'unknown') return unmade
    const { call, fact } = recordOf(request)
    await this.link.read((redis) => revokeAhead(redis, this.keys, id, call, fact))
    await this.#tellWorkers([id], true)
    // It may have come before that was stored, and have been asked about too early.
    const late = await this.#endWhereItIs(id, request)
    if (late !== 'unknown') await this.link.read((redis) => redis.zrem(this.keys.revokedAhead, id))
    return late
  }

  /**
   * Ends all jobs that match and were there when this was called. Of those that come while it goes on, it ends the ones
   * that it meets. It looks at a part of them at a time.
   *
   * @param what for people: which jobs were meant
   */
  async endMatching(
    match: RevokeMatch,
    request: RevokeRequest,
    what: string,
    onProgress: (progress: RevokeProgress) => void = () => {},
  ): Promise<RevokeProgress> {
    const name = `bulk:${randomUUID()}`
    const { fact } = recordOf(request)
    await this.#keep(name, { ...JSON.parse(fact), what, outcome: 'begun' })
    const tools = { link: this.link, keys: this.keys, tell: (ids: readonly string[]) => this.#tellWorkers(ids, false) }
    const progress = await new RevokeWalk(tools, match, request, onProgress).run()
    await this.#keep(name, { ...JSON.parse(fact), what, outcome: 'done', ...progress })
    return progress
  }

  /** What was revoked within the last week, the newest first. */
  list(limit: number): Promise<RevokeHistory> {
    return this.link.read(async (redis) => {
      const { revokes, revokeFacts } = this.keys
      const [total, ids] = (await runPipeline(
        redis
          .pipeline()
          .zcard(revokes)
          .zrange(revokes, '0', String(limit - 1), 'REV'),
      )) as [number, string[]]
      const texts = ids.length === 0 ? [] : await redis.hmget(revokeFacts, ...ids)
      return { total, facts: ids.flatMap((id, index) => parseFact(id, texts[index] ?? null) ?? []) }
    })
  }

  async #endWhereItIs(id: string, request: RevokeRequest): Promise<Revocation> {
    const lane = (await this.jobs.lanesOf([id])).get(id)
    return lane === undefined ? 'unknown' : this.endAt({ id, lane }, request)
  }

  /** A part of a workflow that waits for others, or is just being made a job. */
  async #endUnmade(id: string, request: RevokeRequest): Promise<Revocation> {
    const part = partOf(id)
    if (part === undefined) return 'unknown'
    const { outcome, isAhead } = await this.link.read((redis) =>
      revokeUnmade(redis, this.keys, { id, ...part }, request.reason, recordOf(request)),
    )
    if (isAhead) await this.#tellWorkers([id], true)
    return outcome
  }

  #revoke(place: JobPlace, request: RevokeRequest, record: RevokeRecord): Promise<Revocation> {
    return this.link.read((redis) => revokeJob(redis, this.keys, place, request, record))
  }

  #keep(name: string, fact: object): Promise<void> {
    return this.link.read((redis) => keepRevoke(redis, this.keys, name, fact))
  }

  /** Has workers look now. One that does not hear of it sees it when it next renews its locks. */
  async #tellWorkers(ids: readonly string[], ahead: boolean): Promise<void> {
    for (let at = 0; at < ids.length; at += MAX_TOLD) {
      const notice = encodeNotice({ name: 'revoked', ids: ids.slice(at, at + MAX_TOLD), ahead })
      await this.link.read((redis) => redis.publish(this.keys.control, notice)).catch(() => {})
    }
  }
}

/** Thousands of ids may be revoked for one reason; the job itself keeps more of it. */
const LONGEST_IN_FACT = 200

/** What is kept of a call, without what comes of it. */
function recordOf({ reason, terminateMs, by }: RevokeRequest): RevokeRecord {
  const call = randomUUID()
  const fact = {
    call,
    reason: storedReason(reason, LONGEST_IN_FACT),
    ...(terminateMs !== undefined && { terminateMs }),
    ...(by && { by }),
  }
  return { call, fact: JSON.stringify(fact) }
}
