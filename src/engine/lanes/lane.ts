/**
 * A lane is one queue of the engine. A logical queue such as `emails` has a lane of the same name, and
 * one more, `emails~SendNewsletter`, for each of its tasks that has a limit of its own: a limit of the
 * engine holds for a whole lane, and jobs that wait for it must not stand in others' way.
 */
export interface LaneName {
  readonly queue: string
  /** The task whose own lane this is. */
  readonly task?: string
}

/** The lane's name: `emails`, or `emails~SendNewsletter`. */
export const laneOf = (queue: string, task?: string): string => (task === undefined ? queue : `${queue}~${task}`)

/** Reads a lane's name. */
export function parseLane(lane: string): LaneName {
  const at = lane.indexOf('~')
  return at < 0 ? { queue: lane } : { queue: lane.slice(0, at), task: lane.slice(at + 1) }
}
