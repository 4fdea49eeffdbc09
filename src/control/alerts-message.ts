import { safeText } from '../codec/safe-text.js'
import { formatDuration } from '../time/duration.js'
import type { Alert } from './alerts.js'

/** What is sent to the webhook, as JSON; docs/monitoring/README.md shows it. */
export interface AlertMessage {
  /** The app's prefix. */
  readonly app: string
  readonly alert: Alert['kind']
  readonly status: 'firing' | 'over'
  /** For `queue-age`. */
  readonly queue?: string
  /** For `failure-rate`. */
  readonly task?: string
  /** Seconds for `queue-age`, percent for `failure-rate`. */
  readonly value: number
  readonly threshold: number
  /** When it was first seen: `2026-11-21T16:00:00.000Z`. */
  readonly since: string
  /** One line for people, as Slack, Mattermost and others show it. */
  readonly text: string
}

/** Says what an alert is about. */
export function messageOf(app: string, alert: Alert, isOver: boolean): AlertMessage {
  const { kind, subject, value, threshold, since } = alert
  return {
    app,
    alert: kind,
    status: isOver ? 'over' : 'firing',
    ...(kind === 'queue-age' ? { queue: subject } : { task: subject }),
    value,
    threshold,
    since: new Date(since).toISOString(),
    text: `[${app}] ${isOver ? 'over: ' : ''}${TEXTS[kind](alert)}`,
  }
}

const TEXTS: Readonly<Record<Alert['kind'], (alert: Alert) => string>> = {
  'queue-age': ({ subject, value, threshold, goneSince }) => {
    const waits = goneSince === undefined ? 'has waited' : 'had waited'
    return `queue ${plain(subject)}: the oldest job ${waits} ${seconds(value)} (limit ${seconds(threshold)})`
  },
  'failure-rate': ({ subject, value, threshold, goneSince }) => {
    const fail = goneSince === undefined ? 'fail' : 'failed'
    return `task ${plain(subject)}: ${value} % of its jobs ${fail} (limit ${threshold} %)`
  },
}

const seconds = (value: number): string => formatDuration(value * 1000)

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** A name comes from the broker: in a chat it must not call everybody, nor look like a link. */
const plain = (name: string): string => safeText(name, 200).replace(/[&<>]/g, (char) => ENTITIES[char] ?? '')
