import { nearest } from '../errors/nearest.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { LiveEvent, LiveName } from '../events/live-event.js'

/** Every event there is; the compiler holds the list to the type. */
const NAMES: Readonly<Record<LiveName, true>> = {
  'job.started': true,
  'job.succeeded': true,
  'job.retried': true,
  'job.dead-lettered': true,
  'job.revoked': true,
  'job.expired': true,
  'job.snoozed': true,
  'job.ignored': true,
  'job.replaced': true,
  'job.given-back': true,
  'job.parked': true,
  'job.postponed': true,
  'job.result-lost': true,
  'jobs.recovered': true,
  'worker.online': true,
  'worker.offline': true,
}

/** Which events are wanted. */
export interface EventWishes {
  readonly task?: readonly string[] | undefined
  readonly queue?: readonly string[] | undefined
  readonly name?: readonly string[] | undefined
}

/** Makes the test that events must pass. @throws TaskqError `TASKQ_USAGE` for a name that no event has */
export function createEventFilter({ task, queue, name }: EventWishes): (event: LiveEvent) => boolean {
  const problems = (name ?? []).flatMap((wanted) => nameProblem(wanted) ?? [])
  if (problems.length > 0) throw new TaskqError('TASKQ_USAGE', problems.map(formatProblem).join('; '))
  const globs = task?.map(globOf)
  return (event) =>
    (globs === undefined || globs.some((glob) => glob.test(event.task ?? ''))) &&
    (queue === undefined || queue.includes(event.queue ?? '')) &&
    (name === undefined || name.includes(event.name))
}

function nameProblem(wanted: string) {
  const known = Object.keys(NAMES)
  if (known.includes(wanted)) return undefined
  const meant = nearest(wanted, known)
  const problem = { key: '--name', expected: `one of ${known.join(', ')}`, got: show(wanted) }
  return meant === undefined ? problem : { ...problem, nearest: meant }
}

/** Whole names, in which `*` stands for anything. */
const globOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split(/\*+/)
      .map((part) => part.replace(/[.?+^$()[\]{}|\\]/g, '\\$&'))
      .join('.*')}$`,
  )
