import type { ActionReport, Dashboard, DashboardAction, JobPage, Overview } from '../../src/control/dashboard.ts'
import type { JobFilter } from '../../src/engine/jobs/job-summary.ts'
import type { LiveBatch } from '../../src/events/live-event.ts'
import { JOBS, makeJobDetail, makeOverview, makeWorkflowDetail, SCHEDULES, WORKFLOWS } from './fixtures.ts'

/** An app in memory: it answers at once, keeps what it was asked, and can be lost. */
export class FakeDashboard implements Dashboard {
  /** What comes of asking while it is set. */
  outage: Error | undefined
  overviews = 0
  readonly filters: JobFilter[] = []
  readonly actions: DashboardAction[] = []
  report: ActionReport = { done: 1, refused: [], text: '1 job runs again' }
  #onBatch: ((batch: LiveBatch) => void) | undefined

  overview = async (): Promise<Overview> => {
    this.overviews++
    this.#failIfLost()
    return makeOverview()
  }

  jobs = async (filter: JobFilter): Promise<JobPage> => {
    this.#failIfLost()
    this.filters.push(filter)
    return { rows: JOBS, searched: 1000, total: 42_000 }
  }

  job = async (id: string) => makeJobDetail({ id })

  workflows = async () => WORKFLOWS

  workflow = async (id: string) => makeWorkflowDetail({ id })

  schedules = async () => SCHEDULES

  watch = async (onBatch: (batch: LiveBatch) => void) => {
    this.#onBatch = onBatch
    return {
      close: async () => {
        this.#onBatch = undefined
      },
    }
  }

  act = async (action: DashboardAction): Promise<ActionReport> => {
    this.actions.push(action)
    return this.report
  }

  close = async (): Promise<void> => {}

  get isWatched(): boolean {
    return this.#onBatch !== undefined
  }

  send(batch: LiveBatch): void {
    this.#onBatch?.(batch)
  }

  #failIfLost(): void {
    if (this.outage !== undefined) throw this.outage
  }
}
