import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../app/app.js'
import type { Dashboard } from '../control/dashboard.js'
import { describeError } from './describe-error.js'
import { jsonLine } from './json-line.js'
import { errorJson } from './presenters/error.js'
import { type OverviewLook, overviewJson, readOverview } from './presenters/overview.js'
import { stopWish } from './stop-wish.js'

/** What a watch needs. */
interface WatchOptions {
  readonly everyMs: number
  /** Ends the watch. */
  readonly wish: AbortSignal
  readonly onOverview: (look: OverviewLook) => void
  /** A look that failed: the broker is away, say. The next one comes later. */
  readonly onError: (error: unknown) => void
}

/** Prints what goes on, a line of JSON at every look, until a signal ends it. */
export async function printOverviews(app: App, everyMs: number): Promise<void> {
  const wish = stopWish()
  const print = (value: unknown) => void process.stdout.write(jsonLine(value))
  const dashboard = await app.dashboard()
  try {
    await watchOverviews(dashboard, {
      everyMs,
      wish,
      onOverview: (look) => print(overviewJson(look)),
      onError: (error) => print(errorJson(describeError(error, { command: 'taskq dashboard', flags: [] }))),
    })
  } finally {
    await dashboard.close()
  }
}

/** However long the broker is away, it is looked for this often. */
const LONGEST_WAIT_MS = 30_000

/** How long after a look the next one comes, when so many in a row have failed. */
export const waitAfter = (failures: number, everyMs: number): number =>
  failures === 0 ? everyMs : Math.max(everyMs, Math.min(everyMs * 2 ** failures, LONGEST_WAIT_MS))

/** Looks again and again, until it is stopped. A broker that is away is asked less and less often. */
export async function watchOverviews(
  dashboard: Pick<Dashboard, 'overview' | 'workflows'>,
  options: WatchOptions,
): Promise<void> {
  const { everyMs, wish, onOverview, onError } = options
  let failures = 0
  while (!wish.aborted) {
    const startedAt = performance.now()
    try {
      const look = await readOverview(dashboard)
      failures = 0
      if (!wish.aborted) onOverview(look)
    } catch (error) {
      failures++
      if (!wish.aborted) onError(error)
    }
    const restMs = Math.max(0, waitAfter(failures, everyMs) - (performance.now() - startedAt))
    await sleep(restMs, undefined, { signal: wish }).catch(() => {})
  }
}
