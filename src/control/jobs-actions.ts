import type { Viewer } from '../codec/viewer.js'
import type { Engine } from '../engine/engine.js'
import { RETRY_STEP } from '../engine/jobs/job-edits.js'
import type { JobFilter } from '../engine/jobs/job-summary.js'
import type { RetryProgress } from '../engine/jobs/retry-all.js'
import { NOT_THERE, RETRIED } from '../engine/jobs/retry-script.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { ActionReport, JobVerb } from './dashboard.js'
import { listedArgs } from './jobs-preview.js'

/**
 * Does something with jobs. Each that it cannot be done with is told of, and keeps none of the others from it.
 *
 * @param by for people: who does it; it is kept with jobs that run again
 */
export async function actOnJobs(
  engine: Engine,
  verb: JobVerb,
  ids: readonly string[],
  by?: string,
): Promise<ActionReport> {
  const wanted = [...new Set(ids)]
  const lanes = await engine.jobs.lanesOf(wanted)
  const places = wanted.flatMap((id) => {
    const lane = lanes.get(id)
    return lane === undefined ? [] : [{ id, lane }]
  })
  const whys = await ACTS[verb](engine, places, by)
  for (const id of wanted) if (!lanes.has(id)) whys.set(id, NO_JOB)
  const refused = wanted.flatMap((what) => {
    const why = whys.get(what)
    return why === undefined ? [] : [{ what, why }]
  })
  const done = wanted.length - refused.length
  return { done, refused, text: SAYS[verb](done) }
}

/**
 * Runs every dead letter again that matches and was there when this was called. Those that were revoked or have
 * expired are left alone: they are not to run. It takes the memory of a few hundred jobs, however many there are.
 *
 * @param viewer must be what the list was shown with, so that the same jobs match
 * @throws TaskqError `TASKQ_CONTROL_INVALID` where the filter is of another place than `dead`
 */
export async function retryMatching(
  engine: Engine,
  filter: JobFilter,
  viewer: Viewer,
  onProgress: (progress: RetryProgress) => void = () => {},
  by?: string,
): Promise<ActionReport> {
  if (filter.place !== 'dead') {
    const problem = formatProblem({ key: 'place', expected: 'dead', got: show(filter.place) })
    throw new TaskqError('TASKQ_CONTROL_INVALID', problem, {
      hint: 'Only jobs that failed run again.',
    })
  }
  const { retried, revoked, expired } = await engine.retryAll(filter, listedArgs(viewer), {
    onProgress,
    ...(by !== undefined && { by }),
  })
  const left = [
    ...(revoked === 0 ? [] : [`; ${jobs(revoked, 'was', 'were')} revoked and left alone`]),
    ...(expired === 0 ? [] : [`; ${jobs(expired, 'has', 'have')} expired and left alone`]),
  ]
  return { done: retried, refused: [], text: SAYS.retry(retried) + left.join('') }
}

interface Place {
  readonly id: string
  readonly lane: string
}

/** Why it was not done, by the job's id. */
type Whys = Map<string, string>

const NO_JOB = 'there is no such job'

const ACTS: Readonly<Record<JobVerb, (engine: Engine, places: readonly Place[], by?: string) => Promise<Whys>>> = {
  retry: retryJobs,
  revoke: (engine, places) =>
    oneByOne(places, async (place) => REVOKE_WHYS[await engine.revoke(place, 'an operator revoked it')]),
  promote: (engine, places) =>
    oneByOne(places, async (place) =>
      (await engine.jobEdits.promote(place)) ? undefined : 'it does not wait for its time',
    ),
  delete: (engine, places) =>
    oneByOne(places, async (place) => {
      if (await engine.jobEdits.remove(place)) return undefined
      return (await engine.jobs.lanesOf([place.id])).has(place.id) ? 'it runs: revoke it first' : NO_JOB
    }),
}

const REVOKE_WHYS = {
  removed: undefined,
  told: undefined,
  'too-late': 'it has ended',
  unknown: NO_JOB,
} as const

async function retryJobs(engine: Engine, places: readonly Place[], by?: string): Promise<Whys> {
  const whys: Whys = new Map()
  for (const [lane, ids] of byLane(places)) {
    for (let at = 0; at < ids.length; at += RETRY_STEP) {
      const step = ids.slice(at, at + RETRY_STEP)
      const codes = await engine.jobEdits.retry(lane, step, {
        call: crypto.randomUUID(),
        ...(by !== undefined && { by }),
      })
      step.forEach((id, index) => {
        const code = codes[index]
        if (code !== RETRIED) whys.set(id, code === NOT_THERE ? NO_JOB : 'it has not failed')
      })
    }
  }
  return whys
}

function byLane(places: readonly Place[]): Map<string, string[]> {
  const lanes = new Map<string, string[]>()
  for (const { id, lane } of places) lanes.set(lane, [...(lanes.get(lane) ?? []), id])
  return lanes
}

/** Jobs that are acted on at the same time. */
const AT_ONCE = 50

async function oneByOne(places: readonly Place[], act: (place: Place) => Promise<string | undefined>): Promise<Whys> {
  const whys: Whys = new Map()
  for (let at = 0; at < places.length; at += AT_ONCE) {
    const step = places.slice(at, at + AT_ONCE)
    const outcomes = await Promise.all(step.map(act))
    step.forEach(({ id }, index) => {
      const why = outcomes[index]
      if (why !== undefined) whys.set(id, why)
    })
  }
  return whys
}

const jobs = (count: number, one: string, many: string): string =>
  count === 1 ? `1 job ${one}` : `${count.toLocaleString('en')} jobs ${many}`

const SAYS: Readonly<Record<JobVerb, (done: number) => string>> = {
  retry: (done) => jobs(done, 'runs again', 'run again'),
  revoke: (done) => jobs(done, 'was revoked', 'were revoked'),
  promote: (done) => jobs(done, 'may run now', 'may run now'),
  delete: (done) => jobs(done, 'was deleted', 'were deleted'),
}
