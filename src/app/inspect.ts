import { createViewer } from '../codec/viewer.js'
import type { QueriedJob, ScheduledReport, ScheduledRequest } from '../control/inspect-jobs.js'
import type { ActiveReport, RegisteredReport, ReservedReport, StatsReport } from '../control/inspect-workers.js'
import type { RevokesReport } from '../control/revoke-jobs.js'
import type { SteerReport } from '../control/steer.js'
import type { Engine } from '../engine/engine.js'
import { ambientApp } from './ambient.js'
import { type ControlTarget, type InspectTarget, toRequest } from './control-target.js'
import { readScheduledRequest } from './job-choices.js'

/**
 * Looks into workers. All but {@link ping} and {@link conf} answer at once, from what workers last told: no worker is
 * waited for, and one that is busy is seen all the same. All throw `TASKQ_CONTROL_NO_WORKER` for a `destination` that
 * is nobody's.
 */
export interface InspectApi {
  /**
   * The jobs that run now, worker by worker, with how long they have been running.
   *
   * @example
   * for (const { worker, jobs } of await control.inspect.active()) console.log(worker, jobs)
   */
  active(target?: InspectTarget): Promise<readonly ActiveReport[]>
  /**
   * The jobs that wait for their time: of a countdown, or of their next run. The next come first.
   *
   * @throws TaskqError `TASKQ_QUEUE_UNKNOWN`
   *
   * @example
   * const { jobs, total } = await control.inspect.scheduled({ queue: 'emails', limit: 10 })
   */
  scheduled(request?: ScheduledRequest): Promise<ScheduledReport>
  /** Jobs that workers fetched and do not run yet: always none, since taskq prefetches nothing. */
  reserved(target?: InspectTarget): Promise<ReservedReport>
  /** The tasks that workers have the code of, with the rate limits that hold now. */
  registered(target?: InspectTarget): Promise<readonly RegisteredReport[]>
  /** What workers are, have done and cost. */
  stats(target?: InspectTarget): Promise<readonly StatsReport[]>
  /**
   * Asks workers whether they answer, and returns as soon as all have. A worker that is `silent` lives by its
   * heartbeat, and may only be busy: it is not known to be down.
   *
   * @throws TaskqError `TASKQ_CONTROL_NO_WORKER` also where no worker lives
   *
   * @example
   * const { answers, silent } = await control.inspect.ping({ timeout: '500ms' })
   */
  ping(target?: ControlTarget): Promise<SteerReport>
  /** Asks workers for their settings, secrets masked: the `data` of each answer. As {@link ping}. */
  conf(target?: ControlTarget): Promise<SteerReport>
  /**
   * Where jobs stand, in the order of the ids, without their results. One that is not there is `unknown`.
   *
   * @example
   * const [job] = await control.inspect.query('mwpjonpwXMLduI91RF2E')
   */
  query(ids: string | readonly string[]): Promise<readonly QueriedJob[]>
  /**
   * What was revoked within the last week, what came of it, and where those jobs stand now; the newest first, 100 or as
   * many as `limit` says. No worker is asked.
   *
   * @example
   * const { revokes } = await control.inspect.revoked({ limit: 10 })
   */
  revoked(request?: { readonly limit?: number }): Promise<RevokesReport>
}

/** The services are imported when they are first used: a program that only enqueues never loads them. */
export const inspect: InspectApi = Object.freeze<InspectApi>({
  active: async (target) => (await onWorkers()).inspectActive(await engine(), toRequest(target)),
  scheduled: async (request = {}) => {
    const wanted = readScheduledRequest(request)
    const { config } = await ambientApp()
    return (await onJobs()).inspectScheduled(await engine(), wanted, createViewer(config))
  },
  reserved: async (target) => (await onWorkers()).inspectReserved(await engine(), toRequest(target)),
  registered: async (target) => (await onWorkers()).inspectRegistered(await engine(), toRequest(target)),
  stats: async (target) => (await onWorkers()).inspectStats(await engine(), toRequest(target)),
  ping: async (target) => (await onBus()).inspectPing(await engine(), toRequest(target)),
  conf: async (target) => (await onBus()).inspectConf(await engine(), toRequest(target)),
  revoked: async ({ limit = 100 } = {}) => {
    const { inspectRevoked } = await import('../control/revoke-jobs.js')
    return inspectRevoked(await engine(), limit)
  },
  query: async (ids) => {
    const { config } = await ambientApp()
    return (await onJobs()).queryJobs(await engine(), [ids].flat(), createViewer(config))
  },
})

const onWorkers = () => import('../control/inspect-workers.js')
const onJobs = () => import('../control/inspect-jobs.js')
const onBus = () => import('../control/inspect-bus.js')
const engine = async (): Promise<Engine> => (await ambientApp()).engine()
