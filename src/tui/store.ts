import type { DashboardEvent, Effect, Step } from './dashboard-event.js'
import { say } from './notices.js'
import type { DashboardState } from './state.js'

/** How the store is put together. */
export interface StoreParts {
  readonly update: (state: DashboardState, event: DashboardEvent) => Step
  /** Does what a step asks for. It tells of failures by events, and does not throw. */
  readonly perform: (effect: Effect) => Promise<void>
  /** Hears of an error in the dashboard's own code. */
  readonly onFault: (error: unknown) => void
}

/** How long the screen may lag behind what comes by itself, so that answers that come together are drawn once. */
const LAG_MS = 20
/** Events may come all the time. */
const LIVE_LAG_MS = 250
/** A second that has gone by is shown with the next answer, which comes as often. */
const SECOND_LAG_MS = 900

const PRESSED: ReadonlySet<DashboardEvent['kind']> = new Set(['key', 'typed', 'paste', 'resize'])

/** Holds the state, and tells the screen when it has changed. */
export class Store {
  readonly #listeners = new Set<() => void>()
  #drawn: DashboardState
  #timer: { readonly handle: NodeJS.Timeout; readonly atMs: number } | undefined

  constructor(
    public state: DashboardState,
    private readonly parts: StoreParts,
  ) {
    this.#drawn = state
  }

  /** The state that is to be drawn: a moment behind, while answers come in. */
  readonly shown = (): DashboardState => this.#drawn

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes an event in. Resolves when all that it led to has been tried; the state has changed before. */
  async dispatch(event: DashboardEvent): Promise<void> {
    const effects = this.#step(event)
    if (PRESSED.has(event.kind)) this.#tell()
    else this.#tellSoon(this.#lagOf(event))
    await Promise.all(effects.map((effect) => this.parts.perform(effect)))
  }

  /** Nothing is drawn after this. */
  close(): void {
    clearTimeout(this.#timer?.handle)
    this.#listeners.clear()
  }

  #step(event: DashboardEvent): readonly Effect[] {
    try {
      const { state, effects } = this.parts.update(this.state, event)
      this.state = state
      return effects
    } catch (error) {
      this.parts.onFault(error)
      this.state = say(this.state, `this did not work: ${String(error)}`.slice(0, 300), 'error')
      return []
    }
  }

  #lagOf({ kind }: DashboardEvent): number {
    if (kind === 'second') return SECOND_LAG_MS
    if (kind !== 'live') return LAG_MS
    return this.state.view === 'events' ? LIVE_LAG_MS : Number.POSITIVE_INFINITY
  }

  #tellSoon(lagMs: number): void {
    if (this.state === this.#drawn || lagMs === Number.POSITIVE_INFINITY) return
    const atMs = performance.now() + lagMs
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return
    clearTimeout(this.#timer?.handle)
    this.#timer = { handle: setTimeout(() => this.#tell(), lagMs), atMs }
  }

  #tell(): void {
    clearTimeout(this.#timer?.handle)
    this.#timer = undefined
    if (this.state === this.#drawn) return
    this.#drawn = this.state
    for (const listener of this.#listeners) listener()
  }
}
