import type { ResolvedWebhook } from '../config/resolve-alerts.js'
import { sleep } from '../time/clock.js'
import type { AlertMessage } from './alerts-message.js'

const TIMEOUT_MS = 5000
/** Between the tries of one message. */
const WAITS_MS: readonly number[] = [1000, 3000]

/** Sends a message; throws why it was not taken, in words without any secret. */
export type AlertSender = (message: AlertMessage, signal: AbortSignal) => Promise<void>

/** Sends messages to a webhook: three tries of five seconds each. What was refused for good is not tried again. */
export function webhookSender(
  { url, headers }: ResolvedWebhook,
  { timeoutMs = TIMEOUT_MS, waitsMs = WAITS_MS } = {},
): AlertSender {
  return async (message, signal) => {
    for (let attempt = 0; ; attempt++) {
      const refusal = await post(url, headers, message, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
      if (refusal === undefined) return
      const waitMs = waitsMs[attempt]
      if (waitMs === undefined || refusal.isFinal || signal.aborted) throw new Error(refusal.reason)
      await sleep(waitMs, signal)
    }
  }
}

interface Refusal {
  readonly reason: string
  /** Whether another try would be answered the same. */
  readonly isFinal: boolean
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  message: AlertMessage,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'taskq', ...headers },
      body: JSON.stringify(message),
      // The headers are for this server and no other.
      redirect: 'manual',
      signal,
    })
    // However long the answer is, it is not read.
    await response.body?.cancel().catch(() => {})
    const { ok, status } = response
    return ok
      ? undefined
      : { reason: `the webhook answered ${status}`, isFinal: status < 500 && status !== 408 && status !== 429 }
  } catch (error) {
    return { reason: reasonOf(error as Error), isFinal: false }
  }
}

/** Never the message: it may hold the URL. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return 'the webhook did not answer in time'
  const { code } = (error.cause ?? error) as { code?: unknown }
  return `the webhook cannot be reached (${typeof code === 'string' ? code : error.name})`
}
