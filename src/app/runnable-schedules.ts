import type { Client } from '../client/client.js'
import { encodeEnvelope } from '../codec/envelope.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Engine } from '../engine/engine.js'
import type { ErrorCode } from '../errors/codes.js'
import { formatProblem } from '../errors/problems.js'
import { isTaskqError } from '../errors/taskq-error.js'
import { type DeclaredEntry, keyAt } from '../schedule/declared-schedules.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import { slotJobId } from '../schedule/slot-id.js'
import { unknownTaskProblem } from '../schedule/unknown-task.js'
import { listTasks } from '../task/registry.js'
import { readCodeSchedules, type ScheduledProject, unusableSchedules } from './code-schedules.js'

/** A project whose entries are to be run. */
export interface RunnableProject extends ScheduledProject {
  readonly config: Pick<ResolvedConfig, 'schedule' | 'timezone' | 'payload'>
  engine(): Promise<Engine>
  client(): Promise<Client>
}

/**
 * The schedule entries that the code has, each of which can work: its task is known to this project or to a worker, its
 * arguments are such as JSON keeps, the task's schema allows and the limit lets pass, and the task can be called into
 * the entry's queue. Asks the broker, and changes nothing there.
 *
 * @throws TaskqError `TASKQ_SCHEDULE_INVALID`, naming everything that is wrong with any entry at once
 */
export async function runnableSchedules(project: RunnableProject): Promise<readonly ScheduleEntry[]> {
  const { entries, problems } = await readCodeSchedules(project)
  const unrunnable = entries.length === 0 ? [] : await findUnrunnable(project, entries)
  const lines = [...problems.map(formatProblem), ...unrunnable]
  if (lines.length > 0) throw unusableSchedules(lines)
  return entries.map(({ entry }) => entry)
}

async function findUnrunnable(project: RunnableProject, entries: readonly DeclaredEntry[]): Promise<string[]> {
  const [engine, client] = await Promise.all([project.engine(), project.client()])
  const known = [...(await engine.knownTasks()).keys(), ...listTasks().map(({ name }) => name)]
  const found = entries.map(async (declared) => {
    if (known.includes(declared.entry.task)) return [await jobProblem(declared, (call) => client.plan(call))]
    // The client would warn of the task, too.
    const encode = ({ task, args }: Call) => encodeEnvelope(task, { args }, project.config.payload)
    return [unknownTask(declared, known), await jobProblem(declared, encode)]
  })
  return (await Promise.all(found)).flat().filter((line) => line !== undefined)
}

const unknownTask = ({ entry: { name, task }, place }: DeclaredEntry, known: readonly string[]): string =>
  formatProblem(unknownTaskProblem(keyAt(`schedule.${name}.task`, place), task, known))

type Call = Parameters<Client['plan']>[0]

/** Which part of an entry is to blame, by what making its job throws. All else is no fault of the entry. */
const BLAMED: Partial<Record<ErrorCode, string>> = {
  TASKQ_PAYLOAD_NOT_JSON: 'args',
  TASKQ_PAYLOAD_INVALID: 'args',
  TASKQ_PAYLOAD_TOO_LARGE: 'args',
  // A checked entry's options can only be wrong in this.
  TASKQ_ENQUEUE_OPTION_INVALID: 'options.queue',
}

async function jobProblem(
  { entry: { name, task, args, options }, place }: DeclaredEntry,
  make: (call: Call) => unknown,
): Promise<string | undefined> {
  try {
    await make({ id: slotJobId(name, 0), task, args, options, schedule: { name, slotMs: 0 } })
    return undefined
  } catch (error) {
    const part = isTaskqError(error) ? BLAMED[error.code] : undefined
    if (part === undefined) throw error
    const what = (error as Error).message.replace(`${task}: `, '').replace(/^queue: /, '')
    return `${keyAt(`schedule.${name}.${part}`, place)}: ${what}`
  }
}
