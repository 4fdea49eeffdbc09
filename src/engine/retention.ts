import { createBackend } from './backend.js'
import type { Connection } from './connection.js'
import type { Keys } from './keys.js'

/** How long finished jobs are kept. */
export interface Retention {
  readonly resultTtlMs: number
  readonly deadLetterTtlMs: number
  readonly maxDeadLetters: number
}

/** Removals in one script: short enough that no other client waits noticeably. */
const STEP = 500

/**
 * Removes a lane's finished jobs whose time is over. Done by the workers from time to time, not at every
 * job's end: it costs a job nothing, and it also happens in a queue where nothing ends any more.
 *
 * @returns how many were removed
 */
export async function sweepLane(connection: Connection, keys: Keys, lane: string, keep: Retention): Promise<number> {
  const backend = createBackend(lane, connection, keys.prefix)
  backend.on('error', () => {})
  const now = Date.now()
  const clean = async (state: 'completed' | 'failed', before: number): Promise<number> => {
    let removed = 0
    for (;;) {
      const ids = await backend.cleanJobsByState(state, before, STEP)
      removed += ids.length
      if (ids.length < STEP) return removed
    }
  }
  const succeeded = await clean('completed', now - keep.resultTtlMs)
  const failed = await clean('failed', now - keep.deadLetterTtlMs)
  return succeeded + failed + (await trimDeadLetters(connection, keys, lane, keep.maxDeadLetters, clean))
}

/** Keeps the newest `max` dead letters. */
async function trimDeadLetters(
  connection: Connection,
  keys: Keys,
  lane: string,
  max: number,
  clean: (state: 'failed', before: number) => Promise<number>,
): Promise<number> {
  const [, oldestKept] = await connection.zrevrange(keys.lane(lane, 'failed'), max, max, 'WITHSCORES')
  return oldestKept === undefined ? 0 : clean('failed', Number(oldestKept))
}
