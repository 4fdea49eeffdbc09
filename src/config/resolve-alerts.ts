import { type Duration, parseDuration } from '../time/duration.js'
import type { FailureRateOptions, WebhookOptions } from './alert-options.js'
import { DEFAULTS, type SettingKey } from './defaults.js'
import { MASK } from './mask-url.js'

/** Stands for the queues that a record of ages does not name. */
export const OTHER_QUEUES = '*'

/** The rules by which alerts are told, and where to. */
export interface ResolvedAlerts {
  /** Undefined where nobody is told. */
  readonly webhook: ResolvedWebhook | undefined
  readonly everyMs: number
  /** By queue; `*` for those that are not named. */
  readonly queueAgeMs: Readonly<Record<string, number>>
  readonly failureRate: { readonly percent: number; readonly minJobs: number; readonly windowMs: number }
  readonly repeatMs: number
}

/** Where alerts are sent to. Holds secrets. */
export interface ResolvedWebhook {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The URL for people, without its path, which is often the secret. */
  readonly label: string
}

/** Makes the rules of checked settings. */
export function resolveAlerts(settings: Readonly<Record<SettingKey, unknown>>): ResolvedAlerts {
  const rate = { ...DEFAULTS['alerts.failureRate'], ...(settings['alerts.failureRate'] as FailureRateOptions) }
  return {
    webhook: resolveWebhook(settings['alerts.webhook'] as string | WebhookOptions | undefined),
    everyMs: milliseconds(settings['alerts.every']),
    queueAgeMs: resolveAges(settings['alerts.queueAge'] as Duration | Record<string, Duration>),
    failureRate: { percent: rate.percent, minJobs: rate.minJobs, windowMs: milliseconds(rate.window) },
    repeatMs: milliseconds(settings['alerts.repeat']),
  }
}

function resolveWebhook(written: string | WebhookOptions | undefined): ResolvedWebhook | undefined {
  if (written === undefined) return undefined
  const { url, headers = {} } = typeof written === 'string' ? { url: written } : written
  const { origin, pathname, search } = new URL(url)
  return { url, headers: { ...headers }, label: pathname === '/' && search === '' ? origin : `${origin}/${MASK}` }
}

function resolveAges(written: Duration | Record<string, Duration>): Record<string, number> {
  const byQueue = typeof written === 'object' ? written : { [OTHER_QUEUES]: written }
  return Object.fromEntries(Object.entries(byQueue).map(([queue, age]) => [queue, milliseconds(age)]))
}

const milliseconds = (value: unknown): number => parseDuration(value) ?? Number.NaN
