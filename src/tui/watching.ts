import type { Dashboard } from '../control/dashboard.js'
import type { Service } from './polling.js'
import type { Store } from './store.js'

const RETRY_MS = 2000

/** Takes events in as they happen. Where watching cannot begin, tries again: it is the broker that is lost. */
export function keepWatching(dashboard: Dashboard, store: Store): Service {
  let isOver = false
  let watch: { close(): Promise<void> } | undefined
  let timer: NodeJS.Timeout | undefined
  const begin = async (): Promise<void> => {
    try {
      watch = await dashboard.watch((batch) => void store.dispatch({ kind: 'live', batch }))
      if (isOver) return end(watch)
      await store.dispatch({ kind: 'watching' })
    } catch {
      if (!isOver) timer = setTimeout(begin, RETRY_MS)
    }
  }
  void begin()
  return {
    stop: () => {
      isOver = true
      clearTimeout(timer)
      end(watch)
    },
  }
}

/** Whoever closes the dashboard waits for it; a lost broker must not hold up quitting. */
function end(watch: { close(): Promise<void> } | undefined): void {
  watch?.close().catch(() => undefined)
}
