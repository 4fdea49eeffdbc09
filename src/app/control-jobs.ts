import { createViewer } from '../codec/viewer.js'
import type { JobPage } from '../control/dashboard.js'
import type { DeadReport } from '../control/dead/dead-letters.js'
import type { PurgeReport } from '../control/purge.js'
import type { RevokedReport, RevokeFilter } from '../control/revoke-jobs.js'
import type { RevokeProgress } from '../engine/revokes/revoke-walk.js'
import type { RevokeOptions } from '../task/async-result.js'
import { ambientApp } from './ambient.js'
import { callerName } from './caller-name.js'
import {
  type DeadChoice,
  type DeadListRequest,
  type PurgeChoice,
  readDeadChoice,
  readDeadList,
  readDeadWork,
  readPurge,
  readRevokeFilter,
} from './job-choices.js'
import { toRevokeRequest } from './revoke-options.js'

/** Jobs that failed for good. They are kept for `deadLetters.ttl`. */
export interface DeadLettersApi {
  /**
   * The dead letters that match, the latest first; at most 100, or as many as `limit` says.
   *
   * @throws TaskqError `TASKQ_QUEUE_UNKNOWN`, `TASKQ_CONTROL_INVALID`
   *
   * @example
   * const { rows, total } = await control.deadLetters.list({ task: 'mails.*', error: 'ETIMEDOUT' })
   */
  list(request?: DeadListRequest): Promise<JobPage>
  /**
   * Runs dead letters again, with fresh attempts: those with these ids, or all that match and are there now, however
   * many. Of the latter, those that were revoked or have expired are left alone, unless `states` names them. For all
   * there are, it needs `{ all: true }`. The id of a workflow stands for its failed jobs: it goes on from there.
   *
   * @throws TaskqError `TASKQ_CONTROL_INVALID`, also for a choice that says nothing
   *
   * @example
   * await control.deadLetters.retry({ task: 'mails.Send', since: Date.now() - 3_600_000 })
   */
  retry(choice: DeadChoice, options?: { readonly dryRun?: boolean }): Promise<DeadReport>
  /**
   * Removes dead letters for good. For all there are, it needs `{ all: true }`.
   *
   * @throws TaskqError `TASKQ_CONTROL_INVALID`, also for a choice that says nothing
   */
  drop(choice: DeadChoice, options?: { readonly dryRun?: boolean }): Promise<DeadReport>
}

/** What can be done with jobs, one or many. */
export interface JobControlApi {
  /**
   * Ends jobs before they are done. One that waits ends now, as `revoked`, and never runs (`removed`). One that runs is
   * told by its signal at once (`told`). One that has ended stays as it is (`too-late`). An id of which there is no job
   * (`unknown`) is remembered for a week: a job that comes with it ends before it runs, where its caller chose the id
   * (`taskId: 'order-7'` makes the job `u_order-7`). Of a workflow, by its id, what has not run never runs. No worker
   * need live for it.
   *
   * @returns what came of each; it is also kept, for `control.inspect.revoked()`
   *
   * @example
   * const [{ outcome }] = await control.revoke(result.id, { reason: 'cancelled by the user', terminate: true })
   */
  revoke(ids: string | readonly string[], options?: RevokeOptions): Promise<readonly RevokedReport[]>
  /**
   * Ends all jobs that match and are there now. Of those that come while it goes on, it ends the ones that it meets.
   *
   * @throws TaskqError `TASKQ_CONTROL_INVALID` for a filter that says nothing; `TASKQ_QUEUE_UNKNOWN`
   *
   * @example
   * await control.revokeMatching({ task: 'reports.*', headers: { tenant: 'acme' } }, { reason: 'acme left' })
   */
  revokeMatching(filter: RevokeFilter, options?: RevokeOptions): Promise<RevokeProgress>
  /** Jobs that failed for good. */
  readonly deadLetters: DeadLettersApi
  /**
   * Throws away the jobs that wait for a worker; with `scheduled`, those that wait for their time, too. Jobs that run go
   * on. Of all queues, it needs `{ all: true }`.
   *
   * @throws TaskqError `TASKQ_CONTROL_INVALID`, also where nothing says of which queues; `TASKQ_QUEUE_UNKNOWN`
   *
   * @example
   * await control.purge({ queues: ['reports'] })
   */
  purge(choice: PurgeChoice): Promise<PurgeReport>
}

const deadLetters: DeadLettersApi = Object.freeze<DeadLettersApi>({
  list: async (request = {}) => {
    const { filter, limit } = readDeadList(request)
    const { engine, viewer } = await open()
    return (await dead()).listDead(engine, filter, limit, viewer)
  },
  retry: async (choice, options = {}) => {
    const { ids, filter } = readDeadChoice(choice)
    const work = { ...readDeadWork(options), by: callerName() }
    const { engine, viewer } = await open()
    const { retryDead, retryThose } = await dead()
    return ids === undefined ? retryDead(engine, filter, viewer, work) : retryThose(engine, ids, work)
  },
  drop: async (choice, options = {}) => {
    const { ids, filter } = readDeadChoice(choice)
    const work = readDeadWork(options)
    const { engine, viewer } = await open()
    const { dropDead, dropThose } = await dead()
    return ids === undefined ? dropDead(engine, filter, viewer, work) : dropThose(engine, ids, work)
  },
})

/** The services are imported when they are first used: a program that only enqueues never loads them. */
export const jobControl: JobControlApi = Object.freeze<JobControlApi>({
  revoke: async (ids, options = {}) => {
    const request = toRevokeRequest(options)
    const { revokeJobs } = await import('../control/revoke-jobs.js')
    return revokeJobs((await open()).engine, [ids].flat(), request)
  },
  revokeMatching: async (given, options = {}) => {
    const filter = readRevokeFilter(given)
    const request = toRevokeRequest(options)
    const { revokeMatching } = await import('../control/revoke-jobs.js')
    return revokeMatching((await open()).engine, filter, request)
  },
  deadLetters,
  purge: async (choice) => {
    const request = readPurge(choice)
    const { purgeQueues } = await import('../control/purge.js')
    return purgeQueues((await open()).engine, request)
  },
})

const dead = () => import('../control/dead/dead-letters.js')

async function open() {
  const app = await ambientApp()
  return { engine: await app.engine(), viewer: createViewer(app.config) }
}
