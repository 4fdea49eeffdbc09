import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const BYTES = 16
const pool = new Uint8Array(BYTES * 256)
let used = pool.length

/**
 * A new job's id: a UUID of version 7, which sorts by the time it was made. It is made by the caller, so
 * that sending a job twice does not make two. Random bytes are drawn many at a time: one by one they would
 * cost more than all else that an enqueue does here.
 */
export function newJobId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += BYTES
  return v7({ random: pool.subarray(used - BYTES, used) })
}
