import type { WorkerFacts } from '../engine/workers/worker-facts.js'

/** What tells a worker from others. */
export type WorkerIdentity = Pick<WorkerFacts, 'id' | 'name' | 'pid'>

/**
 * What each of these workers is called for people, by its id: its name; with its process where several have that name,
 * as two workers of one host have by default; with its id where several have that too.
 */
export function labelWorkers(workers: readonly WorkerIdentity[]): ReadonlyMap<string, string> {
  const names = count(workers.map(({ name }) => name))
  const processes = count(workers.map(withProcess))
  return new Map(
    workers.map((worker) => {
      if (names.get(worker.name) === 1) return [worker.id, worker.name]
      const label = withProcess(worker)
      return [worker.id, processes.get(label) === 1 ? label : `${worker.name} (${worker.id})`]
    }),
  )
}

const withProcess = ({ name, pid }: WorkerIdentity): string => `${name} (pid ${pid})`

function count(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
