import type { WorkerFacts } from '../../src/engine/workers/worker-facts.js'
import type { TestApp } from './test-app.js'

/** What a worker tells of itself. */
export const workerFacts = (id: string, more: Partial<WorkerFacts> = {}): WorkerFacts => ({
  id,
  name: `${id}@h`,
  host: 'h',
  pid: 1,
  version: '1',
  queues: ['default'],
  tasks: ['send'],
  concurrency: 10,
  startedAt: 1,
  active: 0,
  succeeded: 0,
  failed: 0,
  ...more,
})

/** Has a worker's heartbeat in the broker without a worker: as one that is frozen leaves behind. */
export async function fakeHeartbeat(app: TestApp, id: string, more: Partial<WorkerFacts> = {}): Promise<WorkerFacts> {
  const facts = workerFacts(id, more)
  const { registry } = await app.side()
  await registry.beat(facts)
  return facts
}
