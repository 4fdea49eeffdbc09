import type { ChainableCommander } from 'ioredis'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { parseLane } from '../lanes/lane.js'
import type { JobFilter } from './job-summary.js'
import type { JobSpot } from './read-summaries.js'

/** A row of ids in the broker: one lane's part of a place. */
interface Source {
  readonly lane: string
  /** Asks for ids, from the one that comes first. */
  readonly ask: (pipeline: ChainableCommander, offset: number, count: number) => void
  /** Reads the answer: ids, and by what they are put in order among lanes. */
  readonly read: (reply: string[], offset: number) => Place[]
}

interface Place {
  readonly id: string
  readonly order: number
  readonly dueAt?: number
}

/** A source, and how far it was read. */
interface Row {
  readonly source: Source
  places: Place[]
  offset: number
  isOver: boolean
}

/** Walks through the ids of a place over lanes, in order, and asks the broker for no more than is wanted. */
export class JobWalk {
  readonly #rows: Row[]
  readonly #page: number
  readonly #seen = new Set<string>()

  constructor(
    private readonly connection: Connection,
    keys: Keys,
    filter: JobFilter,
    lanes: readonly string[],
  ) {
    const sources = lanes.flatMap((lane) => sourcesOf(lane, keys, filter))
    this.#rows = sources.map((source) => ({ source, places: [], offset: 0, isOver: false }))
    this.#page = Math.max(20, Math.ceil(200 / Math.max(1, sources.length)))
  }

  /** The next ids, at most so many; fewer where there are no more. */
  async next(count: number): Promise<JobSpot[]> {
    const spots: JobSpot[] = []
    while (spots.length < count) {
      await this.#fill()
      const row = this.#first()
      const place = row?.places.shift()
      if (row === undefined || place === undefined) break
      const { lane } = row.source
      const seen = `${lane}:${place.id}`
      // Jobs move while they are read: one that moved back is met twice.
      if (this.#seen.has(seen)) continue
      this.#seen.add(seen)
      spots.push({ id: place.id, lane, ...(place.dueAt !== undefined && { dueAt: place.dueAt }) })
    }
    return spots
  }

  #first(): Row | undefined {
    let best: Row | undefined
    for (const row of this.#rows) {
      if (row.places.length > 0 && (best === undefined || orderOf(row) < orderOf(best))) best = row
    }
    return best
  }

  async #fill(): Promise<void> {
    const dry = this.#rows.filter(({ places, isOver }) => places.length === 0 && !isOver)
    if (dry.length === 0) return
    const pipeline = this.connection.pipeline()
    for (const { source, offset } of dry) source.ask(pipeline, offset, this.#page)
    const replies = (await runPipeline(pipeline)) as string[][]
    dry.forEach((row, index) => {
      row.places = row.source.read(replies[index] ?? [], row.offset)
      row.isOver = row.places.length < this.#page
      row.offset += row.places.length
    })
  }
}

const orderOf = ({ places }: Row): number => places[0]?.order ?? 0

function sourcesOf(lane: string, keys: Keys, { place, since }: JobFilter): Source[] {
  const key = (part: string) => keys.lane(lane, part)
  switch (place) {
    case 'active':
      return [fromTail(lane, key('active'))]
    case 'queued':
      return [fromTail(lane, key('wait')), byRank(lane, key('prioritized')), ...rowsOf(lane, keys)]
    case 'blocked':
      return [byRank(lane, key('waiting-children'))]
    case 'scheduled':
      return [byTime(lane, key('delayed'), ENGINE_SCALE)]
    case 'retrying':
      return [byTime(lane, keys.retrying(lane), 1)]
    case 'succeeded':
      return [newestFirst(lane, key('completed'), since)]
    case 'dead':
      return [newestFirst(lane, key('failed'), since)]
  }
}

/** The engine's scores of due jobs hold milliseconds times this, and a count below. */
export const ENGINE_SCALE = 4096
/** Jobs with a priority come after those without. */
const AFTER_PLAIN = 1e12

/** Lists are taken from at their tail. */
const fromTail = (lane: string, key: string): Source => ({
  lane,
  ask: (pipeline, offset, count) => void pipeline.lrange(key, -(offset + count), -(offset + 1)),
  read: (reply, offset) => reply.reverse().map((id, index) => ({ id, order: offset + index })),
})

const byRank = (lane: string, key: string): Source => ({
  lane,
  ask: (pipeline, offset, count) => void pipeline.zrange(key, String(offset), String(offset + count - 1)),
  read: (reply, offset) => reply.map((id, index) => ({ id, order: AFTER_PLAIN + offset + index })),
})

/** Jobs that wait for the limits of their keys. */
const rowsOf = (lane: string, keys: Keys): Source[] =>
  parseLane(lane).task === undefined ? [] : [byRank(lane, keys.keyed(lane, 'waiting'))]

const byTime = (lane: string, key: string, scale: number): Source => ({
  lane,
  ask: (pipeline, offset, count) => void pipeline.zrange(key, String(offset), String(offset + count - 1), 'WITHSCORES'),
  read: (reply) => withScores(reply, (score) => ({ order: score / scale, dueAt: Math.floor(score / scale) })),
})

const newestFirst = (lane: string, key: string, since: number | undefined): Source => ({
  lane,
  ask: (pipeline, offset, count) =>
    void pipeline.zrevrangebyscore(key, '+inf', sinceBound(since), 'WITHSCORES', 'LIMIT', offset, count),
  read: (reply) => withScores(reply, (score) => ({ order: -score })),
})

/** Only what ended later. */
export const sinceBound = (since: number | undefined): string => (since === undefined ? '-inf' : `(${since}`)

function withScores(reply: readonly string[], toPlace: (score: number) => Omit<Place, 'id'>): Place[] {
  const places: Place[] = []
  for (let at = 0; at + 1 < reply.length; at += 2)
    places.push({ id: reply[at] ?? '', ...toPlace(Number(reply[at + 1])) })
  return places
}
