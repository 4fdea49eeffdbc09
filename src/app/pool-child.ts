import { createCodec } from '../codec/codec.js'
import { openParentPort } from '../worker/pools/parent-port.js'
import { type ChildSite, serveRuns } from '../worker/pools/serve-runs.js'
import { useApp } from './ambient.js'
import { App } from './app.js'
import type { AppSources } from './app-sources.js'
import { runnableTasks } from './runnable-tasks.js'

// What a child of a pool runs. It loads the project as its worker did; `delay` in its tasks goes by its own app.

/** Where a worker's configuration came from, as far as it can be sent; the environment is the child's already. */
export type ChildSources = Omit<AppSources, 'env' | 'warn'>

serveRuns(await openParentPort(), (sources) => openSite(sources as ChildSources))

async function openSite(sources: ChildSources): Promise<ChildSite> {
  // The worker has warned already.
  const app = await App.load({ ...sources, env: process.env, warn: () => {} })
  useApp(app)
  const { tasks, failures } = await app.discover()
  const [failure] = failures
  if (failure !== undefined) throw new Error(`${failure.file} cannot be imported: ${failure.message}`)
  const runnable = runnableTasks(
    app.config,
    tasks.map(({ definition }) => definition),
  )
  const byName = new Map(runnable.map((task) => [task.name, task]))
  const codec = createCodec(app.config.codec)
  return { codec, findTask: (name) => byName.get(name), close: () => app.close() }
}
