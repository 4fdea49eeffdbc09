import type { Listeners } from '../events/listeners.js'
import type { Middleware } from '../task/middleware.js'
import type { ResolvedConfig } from './resolved-config.js'
import type { TaskqConfig } from './taskq-config.js'

/** The functions that a configuration gives. The user's own objects are left as they are: they may have a state. */
export function resolveHooks(
  settings: Readonly<Record<string, unknown>>,
): Pick<ResolvedConfig, 'middleware' | 'listeners' | 'telemetry'> {
  const { middleware, on, telemetry } = settings as Pick<TaskqConfig, 'middleware' | 'on' | 'telemetry'>
  return {
    middleware: (middleware ?? []).map(boundTo),
    listeners: Object.fromEntries(Object.entries(on ?? {}).filter(([, listen]) => listen !== undefined)) as Listeners,
    telemetry: telemetry && (() => telemetry),
  }
}

const boundTo = (one: Middleware): Middleware => ({
  ...(one.enqueue && { enqueue: one.enqueue.bind(one) }),
  ...(one.run && { run: one.run.bind(one) }),
})
