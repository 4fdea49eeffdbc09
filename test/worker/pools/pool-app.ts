import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import type { TaskqConfig } from '../../../src/config/taskq-config.js'
import { type TestApp, type TestWorker, type TestWorkerRequest, testApp } from '../../support/test-app.js'
import * as tasks from './project/tasks.js'

export const POOL_CONFIG = fileURLToPath(new URL('./project/taskq.config.ts', import.meta.url))

/** An app whose tasks run in a pool. The tests' own code is not compiled, but what children run is: dist has it. */
export function poolApp(broker: { readonly url: string }, worker: TaskqConfig['worker']) {
  const app = testApp(broker, { tasks: Object.values(tasks), config: { worker: { concurrency: 1, ...worker } } })
  const children = {
    entry: new URL('../../../dist/app/pool-child.js', import.meta.url),
    sources: {
      cwd: process.cwd(),
      configPath: POOL_CONFIG,
      flags: { broker: broker.url, prefix: app.config.prefix },
    },
  }
  const start = (request: TestWorkerRequest = {}): Promise<TestWorker> => app.worker({ children, ...request })
  return { app, start }
}

/** What a job told of itself by its progress, as soon as it has. */
export function toldBy<T>(app: TestApp, id: string): Promise<T> {
  return vi.waitFor(
    async () => {
      const stored = await app.redis.hget(app.keys.job(app.config.defaultQueue, id), 'progress')
      if (!stored?.startsWith('{')) throw new Error(`${id} has told nothing yet`)
      return JSON.parse(stored) as T
    },
    { timeout: 20_000 },
  )
}
