import type { Redis } from 'ioredis'

/** Where a job can be; each is in exactly one of them. */
const LISTS = ['wait', 'paused', 'active'] as const
const SETS = ['delayed', 'prioritized', 'waiting-children', 'completed', 'failed'] as const
/** What is empty when all is done. */
const PASSING = ['wait', 'paused', 'active', 'delayed', 'prioritized', 'waiting-children'] as const
const ROOT = '{taskq}'

/** What is in the broker at one moment: lane and place → ids. */
type Places = ReadonlyMap<string, readonly string[]>

/** Jobs that are in two places at the same moment. */
export async function jobsInTwoPlaces(redis: Redis): Promise<string[]> {
  const seen = new Map<string, string>()
  const found: string[] = []
  for (const [place, ids] of await placesOf(redis)) {
    for (const id of ids) {
      const other = seen.get(id)
      if (other !== undefined) found.push(`${id} is in ${other} and in ${place}`)
      seen.set(id, place)
    }
  }
  return found
}

/** What should not be there when everything has ended: jobs on their way, jobs in no place, open workflows, claims, held places. */
export async function leftInBroker(redis: Redis): Promise<string[]> {
  const places = await placesOf(redis)
  const passing = [...places].filter(([place]) => PASSING.some((part) => place.endsWith(`:${part}`)))
  const left = passing.flatMap(([place, ids]) => (ids.length === 0 ? [] : [`${place}: ${ids.join(' ')}`]))
  const placed = new Set([...places.values()].flat())
  for await (const key of keysOf(redis, `${ROOT}:*`)) {
    const [, , id] = key.split(':')
    if (id === undefined || placed.has(id) || (await redis.type(key)) !== 'hash') continue
    if ((await redis.hexists(key, 'name')) === 1) left.push(`${key} is in no place`)
  }
  for (const part of ['workflows', 'claims']) {
    const open = await redis.zrange(`${ROOT}~${part}`, '0', '-1')
    if (open.length > 0) left.push(`~${part}: ${open.join(' ')}`)
  }
  return left
}

/** A job that failed for good. */
export interface DeadLetter {
  readonly id: string
  readonly lane: string
  readonly reason: string
}

export async function deadLetters(redis: Redis): Promise<DeadLetter[]> {
  const failed = [...(await placesOf(redis))].filter(([place]) => place.endsWith(':failed'))
  const letters = failed.flatMap(([place, ids]) => {
    const lane = place.slice(0, -':failed'.length)
    return ids.map(async (id) => {
      const reason = (await redis.hget(`${ROOT}:${lane}:${id}`, 'failedReason')) ?? 'unknown'
      return { id, lane, reason }
    })
  })
  return Promise.all(letters)
}

/** All lanes in one transaction. */
async function placesOf(redis: Redis): Promise<Places> {
  const lanes = await redis.smembers(`${ROOT}~lanes`)
  const transaction = redis.multi()
  const places: string[] = []
  for (const lane of lanes) {
    for (const part of LISTS) transaction.lrange(`${ROOT}:${lane}:${part}`, 0, -1)
    for (const part of SETS) transaction.zrange(`${ROOT}:${lane}:${part}`, '0', '-1')
    places.push(...[...LISTS, ...SETS].map((part) => `${lane}:${part}`))
  }
  const replies = (await transaction.exec()) ?? []
  return new Map(
    replies.map(([error, ids], at) => {
      if (error !== null) throw error
      // BullMQ's marker, no job.
      return [places[at] as string, (ids as string[]).filter((id) => !id.startsWith('0:'))]
    }),
  )
}

async function* keysOf(redis: Redis, pattern: string): AsyncGenerator<string> {
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern.replace(/[[\]]/g, '\\$&'), 'COUNT', 1000)
    cursor = next
    yield* keys
  } while (cursor !== '0')
}
