import type { Viewer } from '../../codec/viewer.js'
import type { Engine } from '../../engine/engine.js'
import { RETRY_STEP } from '../../engine/jobs/job-edits.js'
import { LEFT_EXPIRED, LEFT_REVOKED, NOT_THERE, RETRIED } from '../../engine/jobs/retry-script.js'
import { isWorkflowId } from '../../task/names.js'
import type { ActionReport, JobPage } from '../dashboard.js'
import { readJobs } from '../jobs-list.js'
import { listedArgs } from '../jobs-preview.js'
import { requireQueue } from '../known-queues.js'
import { retryWorkflows } from '../workflows/act-on-workflows.js'
import { type DeadFilter, toJobFilter } from './dead-filter.js'
import { whyNoJob } from './why-no-job.js'

/** What came of running dead letters again, or of removing them; with `dryRun`, what would have. */
export interface DeadReport extends ActionReport {
  readonly dryRun: boolean
  /** Dead letters that were looked at. */
  readonly searched: number
  /** Those that match and were left alone. */
  readonly left: { readonly revoked: number; readonly expired: number }
}

/** How dead letters are worked on. */
export interface DeadWork {
  /** Only tells what would be done. */
  readonly dryRun?: boolean
  /** Who does it, for people. It is kept with jobs that run again. */
  readonly by?: string
  readonly onProgress?: (progress: { readonly searched: number; readonly done: number }) => void
}

/** The dead letters that match, the latest first. @throws TaskqError `TASKQ_QUEUE_UNKNOWN` */
export async function listDead(engine: Engine, filter: DeadFilter, limit: number, viewer: Viewer): Promise<JobPage> {
  const page = await readJobs(engine, toJobFilter(filter), limit, viewer)
  if (page.total === 0 && filter.queue !== undefined) await requireQueue(engine, filter.queue)
  return page
}

/**
 * Runs every dead letter again that matches and is there now, with fresh attempts. It takes the memory of a few hundred
 * jobs, however many there are.
 */
export async function retryDead(
  engine: Engine,
  filter: DeadFilter,
  viewer: Viewer,
  { dryRun = false, by, onProgress }: DeadWork = {},
): Promise<DeadReport> {
  const { searched, retried, revoked, expired } = await engine.retryAll(toJobFilter(filter), listedArgs(viewer), {
    dryRun,
    ...(by !== undefined && { by }),
    ...(onProgress && { onProgress: (at) => onProgress({ searched: at.searched, done: at.retried }) }),
  })
  return { ...RETRY.report(dryRun, retried, []), searched, left: { revoked, expired } }
}

/** Removes every dead letter that matches and is there now, for good. */
export async function dropDead(
  engine: Engine,
  filter: DeadFilter,
  viewer: Viewer,
  { dryRun = false, onProgress }: DeadWork = {},
): Promise<DeadReport> {
  const { searched, dropped } = await engine.dropAll(toJobFilter(filter), listedArgs(viewer), {
    dryRun,
    ...(onProgress && { onProgress: (at) => onProgress({ searched: at.searched, done: at.dropped }) }),
  })
  return { ...DROP.report(dryRun, dropped, []), searched, left: NONE_LEFT }
}

/** Runs these dead letters again, and the failed jobs of these workflows, which go on from there. */
export async function retryThose(engine: Engine, ids: readonly string[], work: DeadWork = {}): Promise<DeadReport> {
  const workflows = ids.filter(isWorkflowId)
  const jobs = await retryJobs(engine, workflows.length === 0 ? ids : ids.filter((id) => !isWorkflowId(id)), work)
  if (workflows.length === 0) return jobs
  const { dryRun = false, by = 'an operator' } = work
  const { jobs: retried, refused } = await retryWorkflows(engine, workflows, by, dryRun)
  const report = RETRY.report(dryRun, jobs.done + retried, [...jobs.refused, ...refused])
  return { ...report, searched: jobs.searched + workflows.length, left: NONE_LEFT }
}

const retryJobs = (engine: Engine, ids: readonly string[], { dryRun = false, by }: DeadWork) =>
  workOnThose(engine, ids, dryRun, RETRY, async (lane, step) => {
    const how = { call: crypto.randomUUID(), ...(by !== undefined && { by }) }
    const codes = await engine.jobEdits.retry(lane, step, how)
    return codes.map((code) => (code === RETRIED ? undefined : whyNotRetried(code)))
  })

/** Removes these dead letters for good. */
export const dropThose = (engine: Engine, ids: readonly string[], { dryRun = false }: DeadWork = {}) =>
  workOnThose(engine, ids, dryRun, DROP, async (lane, step) =>
    Promise.all(
      step.map(async (id) => ((await engine.jobEdits.removeFrom('dead', lane, [id])) === 1 ? undefined : NOT_FAILED)),
    ),
  )

const NO_JOB = 'there is no such job'
const NOT_FAILED = 'it has not failed'
const NONE_LEFT = { revoked: 0, expired: 0 } as const

/** Why a job does not run again. */
export function whyNotRetried(code: number | undefined): string {
  if (code === NOT_THERE) return NO_JOB
  if (code === LEFT_REVOKED) return 'it was revoked'
  return code === LEFT_EXPIRED ? 'it has expired' : NOT_FAILED
}

/** What is done with jobs of one lane: why it could not be, for each. */
type Work = (lane: string, ids: readonly string[]) => Promise<readonly (string | undefined)[]>

async function workOnThose(
  engine: Engine,
  ids: readonly string[],
  dryRun: boolean,
  kind: Kind,
  work: Work,
): Promise<DeadReport> {
  const wanted = [...new Set(ids)]
  const lanes = await engine.jobs.lanesOf(wanted)
  const whys = new Map<string, string | undefined>()
  for (const id of wanted) whys.set(id, lanes.has(id) ? undefined : await whyNoJob(engine, id))
  for (const [lane, step] of stepsOf(lanes)) {
    const said = await (dryRun ? onlyLook(engine)(lane, step) : work(lane, step))
    step.forEach((id, index) => void whys.set(id, said[index]))
  }
  const refused = [...whys].flatMap(([what, why]) => (why === undefined ? [] : [{ what, why }]))
  return { ...kind.report(dryRun, wanted.length - refused.length, refused), searched: wanted.length, left: NONE_LEFT }
}

/** Jobs of one lane each, so many as one step of the broker may have. */
function* stepsOf(lanes: ReadonlyMap<string, string>): Generator<readonly [lane: string, ids: readonly string[]]> {
  for (const [lane, own] of Map.groupBy(lanes.keys(), (id) => lanes.get(id) ?? '')) {
    for (let at = 0; at < own.length; at += RETRY_STEP) yield [lane, own.slice(at, at + RETRY_STEP)]
  }
}

const onlyLook =
  (engine: Engine): Work =>
  (lane, ids) =>
    Promise.all(ids.map(async (id) => ((await engine.jobs.find(id, lane))?.standing.failed ? undefined : NOT_FAILED)))

/** How the two kinds of work are told. */
interface Kind {
  readonly report: (
    dryRun: boolean,
    done: number,
    refused: ActionReport['refused'],
  ) => ActionReport & { dryRun: boolean }
}

const kindOf = (did: readonly [string, string], would: string): Kind => ({
  report: (dryRun, done, refused) => {
    const jobs = done === 1 ? '1 job' : `${done.toLocaleString('en')} jobs`
    const text = dryRun ? `${jobs} would ${would}` : `${jobs} ${done === 1 ? did[0] : did[1]}`
    return { dryRun, done, refused, text }
  },
})

const RETRY = kindOf(['runs again', 'run again'], 'run again')
const DROP = kindOf(['was removed', 'were removed'], 'be removed')
