import { setTimeout } from 'node:timers/promises'
import type { Project } from './project.ts'
import { freePort } from './redis-server.ts'
import type { WorkerProcess } from './worker-process.ts'

const PATIENCE_MS = 30_000

/** Starts a worker that logs errors alone, for rows of many thousand jobs; resolves when its `/ready` says so. */
export async function quietWorker(project: Project, flags: readonly string[] = []): Promise<WorkerProcess> {
  const port = await freePort()
  const worker = project.worker(['-l', 'error', '--health-port', String(port), ...flags])
  const deadline = performance.now() + PATIENCE_MS
  while (!(await isReady(port))) {
    if (performance.now() > deadline || worker.exit !== undefined) throw new Error(`no ready worker: ${worker.output}`)
    await setTimeout(50)
  }
  return worker
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
