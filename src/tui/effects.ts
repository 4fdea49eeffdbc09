import type { Dashboard } from '../control/dashboard.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { DashboardEvent, Effect } from './dashboard-event.js'

/** How many jobs a list shows at most. */
const JOB_LIMIT = 200
/** The same for workflows. */
const WORKFLOW_LIMIT = 100
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 10_000

/** Where effects happen. */
export interface EffectPorts {
  readonly dashboard: Dashboard
  readonly tell: (event: DashboardEvent) => void
  readonly nowMs: () => number
  /** Writes to the terminal without moving anything on it. */
  readonly write: (sequence: string) => void
  /** Shows a text in the pager, and resolves when it was left. */
  readonly openPager: (text: string) => Promise<void>
  readonly quit: () => void
}

type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>

/** Does what steps ask for, and tells what came of it. */
export class Effects {
  #failures = 0
  #overview: Promise<void> | undefined
  #typing: { readonly timer: NodeJS.Timeout; readonly skip: () => void } | undefined
  /** Actions that have not ended. */
  readonly acting = new Set<Promise<void>>()

  constructor(private readonly ports: EffectPorts) {}

  /** Never throws: what fails is told. */
  readonly perform = async (effect: Effect): Promise<void> => {
    try {
      await this.#perform(effect)
    } catch (error) {
      // The overview, which is asked for by every screen, tells of a lost broker.
      if (!isBrokerError(error)) this.ports.tell({ kind: 'trouble', problem: describe(error) })
    }
  }

  /** Forgets what waits. */
  close(): void {
    this.#skipTyping()
  }

  async #perform(effect: Effect): Promise<void> {
    const { dashboard, tell, quit, write } = this.ports
    switch (effect.kind) {
      case 'load-overview':
        this.#overview ??= this.#loadOverview().finally(() => {
          this.#overview = undefined
        })
        return this.#overview
      case 'load-jobs':
        return this.#loadJobs(effect)
      case 'load-job':
        return tell({ kind: 'job', id: effect.id, detail: await dashboard.job(effect.id) })
      case 'load-schedules':
        return tell({ kind: 'schedules', schedules: await dashboard.schedules() })
      case 'load-workflows':
        return tell({ kind: 'workflows', page: await dashboard.workflows(WORKFLOW_LIMIT) })
      case 'load-workflow':
        return tell({ kind: 'workflow', id: effect.id, detail: await dashboard.workflow(effect.id) })
      case 'act':
        return this.#act(effect)
      case 'copy':
        write(copySequence(effect.text))
        return tell({ kind: 'told', text: `sent to the terminal's clipboard: ${listOf(effect.text)}` })
      case 'open-job':
        return this.#openJob(effect.id)
      case 'open-value':
        return this.ports.openPager(JSON.stringify(effect.value, undefined, 2))
      case 'quit':
        return quit()
    }
  }

  async #loadOverview(): Promise<void> {
    const { dashboard, tell, nowMs } = this.ports
    try {
      const overview = await dashboard.overview()
      this.#failures = 0
      tell({ kind: 'overview', overview })
    } catch (error) {
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures)
      this.#failures++
      tell({ kind: 'lost', problem: describe(error), nowMs: nowMs(), retryAtMs: nowMs() + pauseMs })
    }
  }

  async #loadJobs({ filter, asked, delayMs }: EffectOf<'load-jobs'>): Promise<void> {
    this.#skipTyping()
    if (delayMs > 0 && !(await this.#rest(delayMs))) return
    const page = await this.ports.dashboard.jobs(filter, JOB_LIMIT)
    this.ports.tell({ kind: 'jobs', asked, page })
  }

  /** True after the time; false if more was typed before. */
  #rest(delayMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#typing = undefined
        resolve(true)
      }, delayMs)
      this.#typing = { timer, skip: () => resolve(false) }
    })
  }

  #skipTyping(): void {
    clearTimeout(this.#typing?.timer)
    this.#typing?.skip()
    this.#typing = undefined
  }

  #act({ action, label }: EffectOf<'act'>): Promise<void> {
    const { dashboard, tell } = this.ports
    const acting = dashboard.act(action).then(
      (report) => tell({ kind: 'acted', label, report }),
      (error: unknown) => tell({ kind: 'act-failed', label, problem: describe(error) }),
    )
    this.acting.add(acting)
    return acting.finally(() => this.acting.delete(acting))
  }

  async #openJob(id: string): Promise<void> {
    const detail = await this.ports.dashboard.job(id)
    if (detail === undefined) return this.ports.tell({ kind: 'trouble', problem: `there is no job ${id} any more` })
    await this.ports.openPager(JSON.stringify(detail, undefined, 2))
  }
}

/** What was copied, in a line. */
function listOf(text: string): string {
  const lines = text.split('\n')
  return lines.length === 1 ? text : `${lines.length} names`
}

/** The terminal's own clipboard, by OSC 52: it works over SSH as well. */
function copySequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`
}

function isBrokerError(error: unknown): boolean {
  return isTaskqError(error, 'TASKQ_BROKER_UNREACHABLE') || isTaskqError(error, 'TASKQ_BROKER_AUTH')
}

function describe(error: unknown): string {
  if (isTaskqError(error)) return error.hint === undefined ? error.message : `${error.message}. ${error.hint}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
