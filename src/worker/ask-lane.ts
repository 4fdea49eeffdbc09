import type { Pull } from '../engine/consumer.js'
import type { Lane } from './dispatcher-lane.js'

/** Asks a lane for a job, and notes on it what came of that. Undefined where it could not answer; that was told. */
export async function askLane(lane: Lane, token: string, onRefused: (error: Error) => void): Promise<Pull | undefined> {
  lane.pulling++
  try {
    const pull = await lane.consumer.pull(token)
    lane.answers++
    lane.refusal = undefined
    return pull
  } catch (error) {
    lane.refusal = error as Error
    onRefused(error as Error)
    return undefined
  } finally {
    lane.pulling--
  }
}
