import type { WorkerCommand } from '../engine/control/worker-command.js'
import type { Engine } from '../engine/engine.js'
import { GONE_AFTER_MS } from '../engine/workers/worker-registry.js'
import type { ActionReport } from './dashboard.js'
import { tellWorkers } from './steer.js'
import { labelWorkers } from './worker-labels.js'

/** Why a worker that did not answer is not counted. */
const NO_ANSWER = 'it did not answer in time: whether it obeys is not known'
const UNHEARD = `it has ended, or has not been heard of for ${GONE_AFTER_MS / 1000} s`

/**
 * Tells the workers of these ids what to do. One that is gone meanwhile is told of, and does not keep the others from it.
 *
 * @throws TaskqError `TASKQ_CONTROL_INVALID`
 */
export async function actOnWorkers(
  engine: Engine,
  command: WorkerCommand,
  ids: readonly string[],
): Promise<ActionReport> {
  const all = await engine.workers()
  const labels = labelWorkers(all)
  const labelOf = ({ id }: { readonly id: string }): string => labels.get(id) ?? id
  const chosen = all.filter(({ id }) => ids.includes(id))
  const { answers, silent } = await tellWorkers(engine, command, chosen)
  const unheard = ids.filter((id) => !labels.has(id))
  const obeyed = answers.filter(({ ok }) => ok).map((answer) => ({ worker: labelOf(answer), text: answer.text }))
  const refused = [
    ...answers.filter(({ ok }) => !ok).map((answer) => ({ what: labelOf(answer), why: answer.text })),
    ...silent.map((worker) => ({ what: labelOf(worker), why: NO_ANSWER })),
    ...unheard.map((id) => ({ what: id, why: UNHEARD })),
  ]
  return { done: obeyed.length, refused, text: describeAnswers(obeyed) }
}

/** Those that said the same are told of together. */
function describeAnswers(obeyed: readonly { readonly worker: string; readonly text: string }[]): string {
  if (obeyed.length === 0) return 'no worker obeyed'
  const workersOf = new Map<string, string[]>()
  for (const { worker, text } of obeyed) workersOf.set(text, [...(workersOf.get(text) ?? []), worker])
  return [...workersOf]
    .map(([text, workers]) => `${workers.length === 1 ? workers[0] : `${workers.length} workers`}: ${text}`)
    .join('; ')
}
