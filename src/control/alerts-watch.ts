import type { ResolvedAlerts } from '../config/resolve-alerts.js'
import { withDeadline } from '../engine/connection/deadline.js'
import type { Engine } from '../engine/engine.js'
import { sleep } from '../time/clock.js'
import { type Alert, evaluateAlerts, settleAlerts } from './alerts.js'
import { type AlertMessage, messageOf } from './alerts-message.js'
import { decodeAlerts, encodeAlerts } from './alerts-state.js'
import type { AlertSender } from './alerts-webhook.js'

/** What a watch tells its own process. */
export type AlertEvent =
  | { readonly name: 'alert.told'; readonly message: AlertMessage }
  /** Nobody could be told; it is tried again at the next look. */
  | { readonly name: 'alert.untold'; readonly message: AlertMessage; readonly reason: string }
  /** Nothing could be seen. */
  | { readonly name: 'alerts.blind'; readonly error: Error }

/** What a watch needs. */
export interface AlertWatchOptions {
  /** The app's name in messages. */
  readonly app: string
  /** Unique among all watches. */
  readonly owner: string
  readonly rules: Omit<ResolvedAlerts, 'webhook'>
  /** Asked at each look, for an embedded broker that died is replaced by another one. */
  readonly engine: () => Promise<Pick<Engine, 'alerts' | 'stats' | 'queueOverviews'>>
  readonly send: AlertSender
  readonly onEvent: (event: AlertEvent) => void
}

/** All tries of one look's messages end before that: the lease must not run out meanwhile. */
const TELLING_MS = 25_000
/** More messages than that wait for the next look. */
const MOST_AT_ONCE = 20
/** The end of a process does not wait longer for a broker that is away; the lease runs out by itself. */
const GOODBYE_MS = 1000
/** So long a webhook that has a message may take to answer when the process ends: else it would be told again. */
const LAST_ANSWER_MS = 600
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * Looks again and again whether jobs wait too long or fail too often, and tells. Of all watches of an app one looks at
 * a time. Nothing that happens to it, or takes it long, is felt by the worker in whose process it is.
 */
export class AlertWatch {
  readonly #stop = new AbortController()
  /** Ends what is being sent. */
  readonly #cut = new AbortController()
  #running: Promise<void> | undefined

  constructor(private readonly options: AlertWatchOptions) {}

  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends it, and lets another process look at once. */
  async stop(): Promise<void> {
    this.#stop.abort()
    const cut = setTimeout(() => this.#cut.abort(), LAST_ANSWER_MS)
    if (this.#running !== undefined) await withDeadline(this.#running, GOODBYE_MS, () => new Error()).catch(() => {})
    clearTimeout(cut)
  }

  /** Looks once, where no other process does. */
  async look(): Promise<void> {
    const { engine, owner, rules, onEvent } = this.options
    try {
      const now = await engine()
      const kept = await now.alerts.hold(owner, 2 * rules.everyMs + TELLING_MS + 5000)
      if (kept === undefined) return
      // The running minute may have just begun: so many that have ended, too.
      const minutes = Math.ceil(rules.failureRate.windowMs / MINUTE_MS) + 1
      const [{ at, queues }, tasks] = await Promise.all([now.queueOverviews(), now.stats.minutes(minutes)])
      if (this.#stop.signal.aborted) return
      const verdict = evaluateAlerts({ at, queues, tasks }, rules, decodeAlerts(kept))
      const told = await this.#tell(verdict.fire, verdict.clear)
      await now.alerts.keep(owner, encodeAlerts(settleAlerts(verdict, told, at)), rules.repeatMs + DAY_MS)
    } catch (error) {
      onEvent({ name: 'alerts.blind', error: error as Error })
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { rules, engine, owner } = this.options
    // A fleet that starts at once does not look at once.
    await sleep(Math.random() * rules.everyMs, signal)
    while (!signal.aborted) {
      await this.look()
      await sleep(rules.everyMs, signal)
    }
    await engine()
      .then(({ alerts }) => alerts.release(owner))
      .catch(() => {})
  }

  /** Returns those of which somebody was told. */
  async #tell(fire: readonly Alert[], clear: readonly Alert[]): Promise<ReadonlySet<Alert>> {
    const over = new Set(clear)
    const signal = AbortSignal.any([this.#cut.signal, AbortSignal.timeout(TELLING_MS)])
    const now = [...fire, ...clear].slice(0, MOST_AT_ONCE)
    const told = await Promise.all(now.map((alert) => this.#tellOf(alert, over.has(alert), signal)))
    return new Set(now.filter((_, index) => told[index]))
  }

  async #tellOf(alert: Alert, isOver: boolean, signal: AbortSignal): Promise<boolean> {
    const { app, send, onEvent } = this.options
    const message = messageOf(app, alert, isOver)
    try {
      await send(message, signal)
      onEvent({ name: 'alert.told', message })
      return true
    } catch (error) {
      onEvent({ name: 'alert.untold', message, reason: (error as Error).message })
      return false
    }
  }
}
