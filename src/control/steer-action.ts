import type { Engine } from '../engine/engine.js'
import type { WorkerCommand } from '../engine/worker-command.js'
import type { ActionReport } from './dashboard.js'
import { tellWorkers } from './steer.js'

/** Why a worker that did not answer is not counted. */
const NO_ANSWER = 'it did not answer in time: whether it obeys is not known'
const GONE = 'it is gone'

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
  const alive = (await engine.workers()).filter(({ id }) => ids.includes(id))
  const { answers, silent } = await tellWorkers(engine, command, alive)
  const gone = ids.filter((id) => !alive.some((worker) => worker.id === id))
  const obeyed = answers.filter(({ ok }) => ok)
  const refused = [
    ...answers.filter(({ ok }) => !ok).map(({ worker, text }) => ({ what: worker, why: text })),
    ...silent.map(({ name }) => ({ what: name, why: NO_ANSWER })),
    ...gone.map((id) => ({ what: id, why: GONE })),
  ]
  return { done: obeyed.length, refused, text: describeAnswers(obeyed) }
}

const describeAnswers = (obeyed: readonly { readonly worker: string; readonly text: string }[]): string => {
  const [only] = obeyed
  if (only === undefined) return 'no worker obeyed'
  return obeyed.length === 1 ? `${only.worker}: ${only.text}` : `${obeyed.length} workers: ${only.text}`
}
