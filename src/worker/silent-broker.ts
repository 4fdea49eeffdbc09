import { TaskqError } from '../errors/taskq-error.js'
import { formatDuration } from '../time/duration.js'

/** So long without a word over connection after connection, and only a new process may help. */
const GIVE_UP_MS = 60_000

/** Who tells for how long the broker has been silent. */
interface SilenceSource {
  onSilent(listener: (silentMs: number) => void): void
}

/**
 * Gives up where the broker takes connections, and says nothing on any of them. One that is plainly away, which takes
 * none, or ends them, is waited for, however long that takes.
 */
export function giveUpOnSilence(side: SilenceSource, onGivenUp: (error: TaskqError) => void): void {
  side.onSilent((silentMs) => {
    if (silentMs < GIVE_UP_MS) return
    const silence = formatDuration(Math.round(silentMs / 1000) * 1000)
    onGivenUp(
      new TaskqError('TASKQ_WORKER_STUCK', `the broker took connections, and said nothing for ${silence}`, {
        hint: 'Does the machine of the broker hang, or something between it and this one? Let a supervisor start the worker anew.',
      }),
    )
  })
}
