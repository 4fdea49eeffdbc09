import { fileURLToPath } from 'node:url'
import { useApp } from '../../dist/app/ambient.js'
import { App } from '../../dist/app/app.js'
import { resolveConfig } from '../../dist/config/resolve-config.js'
import type { ScheduleOptions } from '../../dist/schedule/schedule-options.js'

/** The project whose tasks run; `taskq worker` can be started in it. */
export const PROJECT = fileURLToPath(new URL('../project', import.meta.url))

/** The `schedule` of a `taskq.config.ts`. */
export type Schedule = Readonly<Record<string, ScheduleOptions>>

/** An app as `taskq.config.ts` would make it, which `X.delay()` in this process uses. */
export function openApp(
  redisUrl: string,
  concurrency = 10,
  schedule: Schedule = {},
  pool: 'async' | 'process' = 'async',
): App {
  const value = { broker: redisUrl, tasks: ['tasks/*.mjs'], worker: { concurrency, pool }, schedule }
  const file = { path: 'bench', value }
  const app = App.of(resolveConfig({ root: PROJECT, file, env: {} }), { cwd: PROJECT, env: {} })
  useApp(app)
  return app
}

/** A job that runs when the worker is stopped is given back. */
const EXPECTED: ReadonlySet<string> = new Set(['job.started', 'job.given-back', 'worker.ready', 'worker.stopped'])

/** A worker on these queues, running; `onDone` hears of each job that ended well and is recorded. */
export async function startTaskqWorker(
  app: App,
  queues: readonly string[],
  onDone: () => void,
): Promise<{ stop(): Promise<void> }> {
  const { worker } = await app.createWorker({
    queues,
    onEvent: (event) => {
      if (event.name === 'job.succeeded') onDone()
      else if (!EXPECTED.has(event.name)) console.error(event)
    },
    onLog: () => {},
  })
  await worker.start()
  return worker
}
