import type { Viewer } from '../codec/viewer.js'
import type { ActionReport, Dashboard, DashboardAction, JobDetail, JobPage, Overview } from '../control/dashboard.js'
import { actOnJobs, retryMatching } from '../control/jobs-actions.js'
import { readJobDetail } from '../control/jobs-detail.js'
import { readJobs } from '../control/jobs-list.js'
import { Monitor } from '../control/overview.js'
import { pauseQueue, resumeQueue } from '../control/queues.js'
import type { Schedules } from '../control/schedules.js'
import type { ScheduleReport } from '../control/schedules-list.js'
import { actOnWorkers } from '../control/steer-action.js'
import { changeRateLimit } from '../control/steer-limits.js'
import { actOnWorkflows } from '../control/workflows/act-on-workflows.js'
import { readWorkflow, readWorkflows } from '../control/workflows/read-workflows.js'
import type { WorkflowDetail, WorkflowPage } from '../control/workflows/workflow-view.js'
import type { Engine } from '../engine/engine.js'
import type { JobFilter } from '../engine/jobs/job-summary.js'
import type { LiveBatch } from '../events/live-event.js'
import { callerName } from './caller-name.js'
import { LiveWatch } from './live-watch.js'

/** What a dashboard is made of. */
export interface DashboardParts {
  /** Asked each time: an embedded broker that died may come back elsewhere, with an engine of its own. */
  readonly engine: () => Promise<Engine>
  /** The broker's address for people, without any password. */
  readonly label: () => Promise<string>
  readonly schedules: () => Promise<Schedules>
  readonly viewer: Viewer
}

/** All that a screen needs of an app. */
export class AppDashboard implements Dashboard {
  #latest: { readonly engine: Engine; readonly monitor: Monitor } | undefined
  readonly #watches = new Set<LiveWatch>()

  constructor(private readonly parts: DashboardParts) {}

  async overview(): Promise<Overview> {
    const [engine, label] = await Promise.all([this.parts.engine(), this.parts.label()])
    if (this.#latest?.engine !== engine) this.#latest = { engine, monitor: new Monitor(engine, label) }
    return this.#latest.monitor.look()
  }

  async schedules(): Promise<readonly ScheduleReport[]> {
    const { schedules } = await (await this.parts.schedules()).list({ drift: false })
    return schedules
  }

  async jobs(filter: JobFilter, limit: number): Promise<JobPage> {
    return readJobs(await this.parts.engine(), filter, limit, this.parts.viewer)
  }

  async job(id: string): Promise<JobDetail | undefined> {
    return readJobDetail(await this.parts.engine(), id, this.parts.viewer)
  }

  async workflows(limit: number): Promise<WorkflowPage> {
    return readWorkflows(await this.parts.engine(), limit)
  }

  async workflow(id: string): Promise<WorkflowDetail | undefined> {
    return readWorkflow(await this.parts.engine(), id)
  }

  async watch(onBatch: (batch: LiveBatch) => void): Promise<{ close(): Promise<void> }> {
    const watch = new LiveWatch(this.parts.engine, onBatch)
    const close = async () => {
      this.#watches.delete(watch)
      await watch.close()
    }
    this.#watches.add(watch)
    try {
      await watch.open()
    } catch (error) {
      this.#watches.delete(watch)
      throw error
    }
    return { close }
  }

  async act(action: DashboardAction): Promise<ActionReport> {
    const engine = await this.parts.engine()
    switch (action.kind) {
      case 'jobs':
        return actOnJobs(engine, action.verb, action.ids, callerName())
      case 'workflows':
        return actOnWorkflows(engine, action.verb, action.ids, callerName())
      case 'retry-matching':
        return retryMatching(engine, action.filter, this.parts.viewer, undefined, callerName())
      case 'queue':
        return action.verb === 'pause' ? pauseQueue(engine, action.queue) : resumeQueue(engine, action.queue)
      case 'rate-limit':
        return changeRateLimit(engine, action.task, action.rate)
      case 'workers':
        return actOnWorkers(engine, action.command, action.ids)
      case 'schedule':
        return actOnSchedule(await this.parts.schedules(), action.verb, action.name)
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch.close()))
  }
}

async function actOnSchedule(
  schedules: Schedules,
  verb: 'run' | 'pause' | 'resume',
  name: string,
): Promise<ActionReport> {
  if (verb === 'run') return done(`${name} is enqueued as job ${await schedules.run(name)}`)
  const [outcome] = verb === 'pause' ? await schedules.pause([name]) : await schedules.resume([name])
  if (outcome?.changed === true) return done(verb === 'pause' ? `${name} is paused` : `${name} goes on`)
  const state = verb === 'pause' ? 'paused already' : 'not paused'
  return { done: 0, refused: [{ what: name, why: `it was ${state}` }], text: `${name} was ${state}` }
}

const done = (text: string): ActionReport => ({ done: 1, refused: [], text })
