import { parseCommand } from '../engine/control/parse-command.js'
import type { WorkerCommand, WorkerReply } from '../engine/control/worker-command.js'
import type { Engine } from '../engine/engine.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'
import { TaskqError } from '../errors/taskq-error.js'
import { chooseWorkers, NONE_LIVES, type WorkerChoice } from './choose-workers.js'
import { heardMs } from './heartbeat-age.js'

/** Who is told, and how long is waited for those that do not answer. */
export interface SteerRequest extends WorkerChoice {
  /** Default: 2000. It returns sooner when all have answered. */
  readonly timeoutMs?: number
}

/** What workers said to a command. */
export interface SteerReport {
  /** By the worker's name. */
  readonly answers: readonly WorkerAnswer[]
  /**
   * Workers that live by their heartbeat and did not answer in time: they may be busy, frozen or cut off. A command that
   * they had not begun by then they never carry out; one that they had may be done without its answer being here.
   */
  readonly silent: readonly SilentWorker[]
}

/** What a worker answered, and its process: several may have one name. */
export interface WorkerAnswer extends WorkerReply {
  readonly pid: number
}

/** A worker that did not answer. */
export interface SilentWorker {
  readonly id: string
  readonly name: string
  readonly pid: number
  /** How long ago its last heartbeat came; left out where that is not known. */
  readonly heardMs?: number
}

/** So long is waited for answers where nobody says otherwise. */
const ANSWER_MS = 2000

/**
 * Tells workers what to do, and gathers what they answer.
 *
 * @throws TaskqError `TASKQ_CONTROL_NO_WORKER` where none lives, or one is named that does not;
 *   `TASKQ_CONTROL_INVALID`. Then none was told anything.
 */
export async function steerWorkers(
  engine: Engine,
  command: WorkerCommand,
  request: SteerRequest = {},
): Promise<SteerReport> {
  refuseInvalid(command)
  return tellWorkers(engine, command, await workersToSteer(engine, request), request.timeoutMs)
}

/** The workers that are meant, one at least. @throws TaskqError `TASKQ_CONTROL_NO_WORKER` */
export async function workersToSteer(engine: Engine, choice: WorkerChoice): Promise<readonly WorkerFacts[]> {
  const alive = await engine.workers()
  if (alive.length === 0 && choice.destination === undefined) {
    throw new TaskqError('TASKQ_CONTROL_NO_WORKER', 'no worker lives', { hint: NONE_LIVES })
  }
  return chooseWorkers(alive, choice)
}

/** As {@link steerWorkers}, for workers that were chosen already. */
export async function tellWorkers(
  engine: Engine,
  command: WorkerCommand,
  workers: readonly WorkerFacts[],
  timeoutMs = ANSWER_MS,
): Promise<SteerReport> {
  refuseInvalid(command)
  const ids = workers.map(({ id }) => id)
  const answers = ids.length === 0 ? [] : await engine.command(command, ids, timeoutMs)
  const byId = new Map(answers.map((answer) => [answer.id, answer]))
  return {
    answers: workers.flatMap(({ id, pid }) => {
      const answer = byId.get(id)
      return answer === undefined ? [] : [{ ...answer, pid }]
    }),
    silent: await describeSilent(
      engine,
      workers.filter(({ id }) => !byId.has(id)),
    ),
  }
}

/** What is known of them now. That it cannot be read must not cost the others' answers. */
async function describeSilent(engine: Engine, workers: readonly WorkerFacts[]): Promise<readonly SilentWorker[]> {
  if (workers.length === 0) return []
  const [pulse, latest = []] = await Promise.all([
    engine.ping().catch(() => undefined),
    engine.workers().catch(() => undefined),
  ])
  return workers.map(({ id, name, pid }) => {
    const worker = latest.find((facts) => facts.id === id)
    const ms = pulse && worker && heardMs(worker, pulse.at)
    return { id, name, pid, ...(ms !== undefined && { heardMs: ms }) }
  })
}

/**
 * Tells all workers that stored limits have changed. Nobody waits for them: the limits are stored, and a worker that
 * does not hear of it reads them again by itself.
 */
export async function refreshLimits(engine: Engine): Promise<void> {
  const alive = await engine.workers()
  const ids = alive.map(({ id }) => id)
  if (ids.length > 0) await engine.command({ name: 'refresh' }, ids, 0)
}

/** Refuses values that no worker could take, before any is told. */
function refuseInvalid(command: WorkerCommand): void {
  const parsed = parseCommand({ ...command })
  if ('problem' in parsed) throw new TaskqError('TASKQ_CONTROL_INVALID', parsed.problem)
}
