import type { Duration } from '../time/duration.js'

/** When somebody is told that jobs wait too long or fail too often, and where; docs/monitoring/README.md explains it. */
export interface AlertOptions {
  /** Where alerts are sent to, by POST. Without it, nobody is told. */
  readonly webhook?: string | WebhookOptions | undefined
  /** How often the queues and the tasks are looked at. One worker does it for all. Default `'30s'`. */
  readonly every?: Duration
  /**
   * A queue whose oldest job waits longer is told of. A record says it by queue, with `'*'` for those it does not
   * name; those without any are not watched. Default `'5m'`.
   *
   * @example { emails: '1m', '*': '10m' }
   */
  readonly queueAge?: Duration | Readonly<Record<string, Duration>>
  readonly failureRate?: FailureRateOptions
  /** An alert that lasts is told again after so long. Default `'1h'`. */
  readonly repeat?: Duration
}

/** A task is told of when more of its jobs fail than that. */
export interface FailureRateOptions {
  /** The share of the jobs that ended, in percent, 0 to 100: with 100, no task is ever told of. Default 5. */
  readonly percent?: number
  /** A task of which fewer jobs ended is not judged. Default 20. */
  readonly minJobs?: number
  /** The time that is looked at: so many whole minutes, rounded up, and the running one. Default `'5m'`. */
  readonly window?: Duration
}

/** Where alerts are sent to. */
export interface WebhookOptions {
  /** `https://…` or `http://…`. */
  readonly url: string
  /** Sent along, such as `{ Authorization: 'Bearer …' }`. */
  readonly headers?: Readonly<Record<string, string>>
}
