import type { ChainableCommander } from 'ioredis'
import type { Connection } from '../connection.js'
import type { NewJob } from '../delivery.js'
import type { Keys } from '../keys.js'

/** Teaches the connection what {@link ackParts} takes; before the pipeline is made. */
export function learnAck(_connection: Connection): void {
  throw new Error('not there yet')
}

/**
 * Notes in their workflows that these jobs are there, of those that are parts: one command for each workflow. Behind the
 * commands that add them, in their pipeline: it looks whether each is there.
 */
export function ackParts(_pipeline: ChainableCommander, _keys: Keys, _jobs: readonly NewJob[]): void {
  throw new Error('not there yet')
}
