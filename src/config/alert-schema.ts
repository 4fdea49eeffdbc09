import { z } from 'zod'
import { isQueueName } from '../task/names.js'
import { type Duration, formatDuration, parseDuration } from '../time/duration.js'
import { OTHER_QUEUES } from './resolve-alerts.js'
import { count, duration, LONGEST_WAIT_MS, leaf } from './schema-leaves.js'

const MINUTE_MS = 60_000
const WEEK_MS = 7 * LONGEST_WAIT_MS
const LEAST_AGE_MS = 1000
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/
// What may stand in a header: no line ends, with which another header or the body would begin.
const HEADER_VALUE = /^[\t\x20-\x7e]{1,8000}$/

const WEBHOOK_FORM = 'https://… or http://… without a user name'

const HEADERS = z.record(
  leaf<string>((name) => typeof name === 'string' && HEADER_NAME.test(name), 'headers by name'),
  leaf<string>(
    (value) => typeof value === 'string' && HEADER_VALUE.test(value),
    'a text of at most 8000 ASCII characters',
  ),
)

const WEBHOOK = z.strictObject({ url: leaf<string>(isWebhookUrl, WEBHOOK_FORM), headers: HEADERS.optional() })

const AGE_FORM = `a duration from ${formatDuration(LEAST_AGE_MS)} to ${formatDuration(WEEK_MS)}, or such durations by queue, as { emails: "1m", "*": "10m" }`

const FAILURE_RATE = z.strictObject({
  percent: leaf<number>(
    (value) => typeof value === 'number' && value >= 0 && value <= 100,
    'a number from 0 to 100',
  ).optional(),
  minJobs: count(1, 1_000_000).optional(),
  window: duration(MINUTE_MS, LONGEST_WAIT_MS).optional(),
})

/** The part of the configuration's schema that is about alerts. */
export const ALERTS = z.strictObject({
  // A text stands for a webhook without options of its own.
  webhook: z.preprocess((value) => (typeof value === 'string' ? { url: value } : value), WEBHOOK.optional()).optional(),
  every: duration(LEAST_AGE_MS, 60 * MINUTE_MS).optional(),
  queueAge: leaf<Duration | Record<string, Duration>>(
    (value) => isAge(value) || isAgeByQueue(value),
    AGE_FORM,
  ).optional(),
  failureRate: FAILURE_RATE.optional(),
  repeat: duration(MINUTE_MS, WEEK_MS).optional(),
})

function isWebhookUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, username, password } = new URL(value)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

function isAge(value: unknown): boolean {
  const ms = parseDuration(value)
  return ms !== undefined && ms >= LEAST_AGE_MS && ms <= WEEK_MS
}

function isAgeByQueue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(([queue, age]) => (queue === OTHER_QUEUES || isQueueName(queue)) && isAge(age))
}
