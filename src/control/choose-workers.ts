import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import { GONE_AFTER_MS } from '../engine/workers/worker-registry.js'
import { didYouMean } from '../errors/nearest.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'

/** Which workers are meant. */
export interface WorkerChoice {
  /** Names (`emails@web-1`, or the part before the `@`, for all that have it) or ids. Default: all that live. */
  readonly destination?: readonly string[]
}

/**
 * The workers that are meant, of those that live.
 *
 * @throws TaskqError `TASKQ_CONTROL_NO_WORKER` where one of the names is nobody's
 */
export function chooseWorkers(alive: readonly WorkerFacts[], { destination }: WorkerChoice): readonly WorkerFacts[] {
  if (destination === undefined) return alive
  const missing = destination.filter((wanted) => !alive.some((worker) => isMeant(worker, wanted)))
  if (missing.length > 0) throw noWorker(missing, alive)
  return alive.filter((worker) => destination.some((wanted) => isMeant(worker, wanted)))
}

/** Whether a name or an id is this worker's. */
const isMeant = ({ id, name }: WorkerFacts, wanted: string): boolean =>
  wanted === id || wanted === name || wanted === shortName(name)

/** `emails` of `emails@web-1`. */
const shortName = (name: string): string => name.replace(/@[^@]*$/, '')

function noWorker(missing: readonly string[], alive: readonly WorkerFacts[]): TaskqError {
  const messages = missing.map((wanted) => {
    const candidates = alive.map(({ name }) => (wanted.includes('@') ? name : shortName(name)))
    return `no live worker is named ${show(wanted)}${didYouMean(wanted, candidates)}`
  })
  return new TaskqError('TASKQ_CONTROL_NO_WORKER', messages.join('; '), {
    hint: alive.length === 0 ? NONE_LIVES : `There are: ${namesOf(alive)}.`,
    data: { workers: missing },
  })
}

/** Said where nobody can be told anything. */
export const NONE_LIVES = `No worker has been heard of for ${GONE_AFTER_MS / 1000} s. Start one with taskq worker.`

const SHOWN_NAMES = 10

function namesOf(workers: readonly WorkerFacts[]): string {
  const names = [...new Set(workers.map(({ name }) => name))]
  const more = names.length - SHOWN_NAMES
  return `${names.slice(0, SHOWN_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
