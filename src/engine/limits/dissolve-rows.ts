import type { Connection } from '../connection.js'
import type { Keys } from '../keys.js'
import { DISSOLVE } from './turnstile-script.js'

/**
 * Puts the jobs of rows back where the engine looks for them: a lane whose limits are no longer divided by keys has no
 * turnstile.
 */
export async function dissolveRows(connection: Connection, keys: Keys, lane: string): Promise<void> {
  const waiting = keys.keyed(lane, 'waiting')
  const touched = [waiting, keys.lane(lane, 'wait'), keys.lane(lane, 'marker')]
  while ((await connection.exists(waiting)) === 1) {
    await connection.eval(DISSOLVE, touched.length, ...touched, keys.keyed(lane, ''))
  }
}
