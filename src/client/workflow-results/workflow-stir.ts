import { whileWaiting } from '../../context/while-waiting.js'
import type { Engine } from '../../engine/engine.js'
import { tellWatched } from '../../engine/workflows/tell-watched.js'
import { WORKFLOW_EVENTS } from '../../engine/workflows/workflow-record.js'

/** Events may be lost, so whoever waits looks by itself as well, ever more rarely. */
const FIRST_LOOK_MS = 1000
const MAX_LOOK_MS = 5000

type Followed = Pick<Engine, 'finish' | 'workflows'>

/** Tells when a workflow may have gone on. */
export class WorkflowStir {
  #isRung = false
  #wake = () => {}
  #forget = () => {}
  #lookMs = FIRST_LOOK_MS

  private constructor(
    private readonly watched: () => Promise<void>,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.#ring)
  }

  /** Listens from now on. Close it. */
  static async on({ finish, workflows }: Followed, id: string, signal?: AbortSignal): Promise<WorkflowStir> {
    const watched = tellWatched(workflows)
    const stir = new WorkflowStir(() => watched(id), signal)
    stir.#forget = await finish.follow({ lane: WORKFLOW_EVENTS, id }, stir.#ring)
    await stir.watched()
    return stir
  }

  readonly #ring = (): void => {
    this.#isRung = true
    this.#wake()
  }

  /** Returns when something may have changed since it returned last, or after so long. */
  async wait(mostMs: number): Promise<void> {
    if (!this.#isRung) await whileWaiting(() => this.#sleep(Math.min(mostMs, this.#lookMs)))
    this.#lookMs = this.#isRung ? FIRST_LOOK_MS : Math.min(2 * this.#lookMs, MAX_LOOK_MS)
    this.#isRung = false
    await this.watched()
  }

  close(): void {
    this.#forget()
    this.signal?.removeEventListener('abort', this.#ring)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
