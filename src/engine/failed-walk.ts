import type { BrokerLink } from './broker-link.js'
import { sinceBound } from './job-walk.js'
import type { Keys } from './keys.js'

const PAGE = 200

/**
 * Walks through a lane's dead letters, the oldest first, up to the one that was the newest when it began. It goes by the
 * times at which they ended, so that it misses none where others come and go meanwhile; those that are met stay or go as
 * the caller decides. The times are of workers' clocks, and are compared with each other only: where those differ, some
 * that ended since are met too, and one that failed again may be met again.
 */
export async function* walkFailed(
  link: BrokerLink,
  keys: Keys,
  lane: string,
  since: number | undefined,
): AsyncGenerator<readonly string[]> {
  const failed = keys.lane(lane, 'failed')
  const [, until] = await link.read((redis) => redis.zrange(failed, '-1', '-1', 'WITHSCORES'))
  if (until === undefined) return
  let from = sinceBound(since)
  let met = new Set<string>()
  for (;;) {
    const reply = await link.read((redis) =>
      redis.zrangebyscore(failed, from, until, 'WITHSCORES', 'LIMIT', 0, PAGE + met.size),
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

function pairs(reply: readonly string[]): { id: string; score: string }[] {
  const found = []
  for (let at = 0; at + 1 < reply.length; at += 2) found.push({ id: reply[at] ?? '', score: reply[at + 1] ?? '' })
  return found
}
