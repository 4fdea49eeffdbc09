import type { BrokerLink } from '../connection/broker-link.js'
import type { Keys } from '../keys.js'
import { sinceBound } from './job-walk.js'

const PAGE = 200

/**
 * Walks through a lane's dead letters, the oldest first, up to the one that was the newest when it began; see
 * {@link walkByScore}. The times at which they ended are of workers' clocks, and are compared with each other only: where
 * those differ, some that ended since are met too, and one that failed again may be met again.
 */
export const walkFailed = (link: BrokerLink, keys: Keys, lane: string, since: number | undefined) =>
  walkByScore(link, keys.lane(lane, 'failed'), sinceBound(since))

/**
 * Walks through the ids of a sorted set up to the one that was the last when it began, or to a score. It goes by their scores, so that
 * it misses none where others come and go meanwhile; those that are met stay or go as the caller decides.
 */
export async function* walkByScore(
  link: Pick<BrokerLink, 'read'>,
  key: string,
  first = '-inf',
  last?: string,
): AsyncGenerator<readonly string[]> {
  const [, until] =
    last === undefined ? await link.read((redis) => redis.zrange(key, '-1', '-1', 'WITHSCORES')) : ['', last]
  if (until === undefined) return
  let from = first
  let met = new Set<string>()
  for (;;) {
    const reply = await link.read((redis) =>
      redis.zrangebyscore(key, from, until, 'WITHSCORES', 'LIMIT', 0, PAGE + met.size),
    )
    const all = pairs(reply)
    const fresh = all.filter(({ id }) => !met.has(id))
    const last = fresh.at(-1)
    if (last === undefined) return
    yield fresh.map(({ id }) => id)
    // Those of the last millisecond are met again: others of it may still come.
    met = new Set(all.filter(({ score }) => score === last.score).map(({ id }) => id))
    from = last.score
  }
}

/**
 * Walks through the ids of a list from those that came last to those that are taken first: what was there when it began
 * and is still there is met, however many are taken meanwhile. Others that come then stand before where it began.
 */
export async function* walkList(link: BrokerLink, key: string): AsyncGenerator<readonly string[]> {
  let left = await link.read((redis) => redis.llen(key))
  while (left > 0) {
    const to = Math.min(-1, PAGE - 1 - left)
    const from = -left
    yield await link.read((redis) => redis.lrange(key, from, to))
    left -= PAGE
  }
}

function pairs(reply: readonly string[]): { id: string; score: string }[] {
  const found = []
  for (let at = 0; at + 1 < reply.length; at += 2) found.push({ id: reply[at] ?? '', score: reply[at + 1] ?? '' })
  return found
}
