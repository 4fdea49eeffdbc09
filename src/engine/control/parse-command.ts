import { formatProblem, type Problem, show } from '../../errors/problems.js'
import { queueNameProblem } from '../../task/names.js'
import type { WorkerCommand, WorkerCommandName } from './worker-command.js'

/** The most slots that a worker can be told to have. */
export const MAX_SLOTS = 10_000
/** The longest that workers publish without being told again. */
const MAX_WATCH_MS = 60_000

/** Jobs that one notice tells of, at the most. */
export const MAX_TOLD = 200

/** A command as it came, before anybody has looked at it. */
type RawCommand = Readonly<Record<string, unknown>>

/** A command that can be carried out, or one line that says what is wrong with it. */
export type ParsedCommand = { readonly command: WorkerCommand } | { readonly problem: string }

/** Checks a command that came from outside: another process wrote it, perhaps of a later taskq. Never throws. */
export function parseCommand(raw: RawCommand): ParsedCommand {
  const name = raw.name
  if (!isCommandName(name)) return { problem: `this worker's taskq knows no command ${show(name)}` }
  const problems = CHECKS[name](raw)
  if (problems.length > 0) return { problem: problems.map(formatProblem).join('; ') }
  return { command: BUILDERS[name](raw) as WorkerCommand }
}

type Check = (raw: RawCommand) => readonly Problem[]

const nothing: Check = () => []
const by: Check = (raw) => wholeNumber('by', raw.by, 1, MAX_SLOTS)
const queue: Check = (raw) => optional(queueNameProblem('queue', raw.queue))

const CHECKS: Readonly<Record<WorkerCommandName, Check>> = {
  ping: nothing,
  conf: nothing,
  refresh: nothing,
  shutdown: nothing,
  concurrency: (raw) => [
    ...wholeNumber('slots', raw.slots, 1, MAX_SLOTS),
    ...(raw.queue === undefined ? [] : queue(raw)),
  ],
  'pool-grow': by,
  'pool-shrink': by,
  autoscale: autoscaleProblems,
  'add-queue': queue,
  'cancel-queue': queue,
  revoked: revokedProblems,
  watch: (raw) => wholeNumber('forMs', raw.forMs, 1, MAX_WATCH_MS),
}

/** Only what a command is made of is kept: more may have come. */
const BUILDERS: Readonly<Record<WorkerCommandName, (raw: RawCommand) => object>> = {
  ping: () => ({ name: 'ping' }),
  conf: () => ({ name: 'conf' }),
  refresh: () => ({ name: 'refresh' }),
  shutdown: () => ({ name: 'shutdown' }),
  concurrency: ({ slots, queue }) => ({ name: 'concurrency', slots, ...(queue !== undefined && { queue }) }),
  'pool-grow': ({ by }) => ({ name: 'pool-grow', by }),
  'pool-shrink': ({ by }) => ({ name: 'pool-shrink', by }),
  autoscale: ({ min, max }) => ({ name: 'autoscale', ...(max !== undefined && { min: min ?? 1, max }) }),
  'add-queue': ({ queue }) => ({ name: 'add-queue', queue }),
  'cancel-queue': ({ queue }) => ({ name: 'cancel-queue', queue }),
  revoked: ({ ids, ahead }) => ({ name: 'revoked', ids, ahead: ahead === true }),
  watch: ({ forMs }) => ({ name: 'watch', forMs }),
}

const isCommandName = (name: unknown): name is WorkerCommandName =>
  typeof name === 'string' && Object.hasOwn(CHECKS, name)

/** Without bounds it is switched off. */
function autoscaleProblems({ min, max }: RawCommand): readonly Problem[] {
  if (min === undefined && max === undefined) return []
  const problems = [...wholeNumber('min', min ?? 1, 1, MAX_SLOTS), ...wholeNumber('max', max, 1, MAX_SLOTS)]
  if (problems.length > 0 || Number(min ?? 1) <= Number(max)) return problems
  return [{ key: 'min', expected: `at most max, which is ${show(max)}`, got: show(min) }]
}

function revokedProblems({ ids }: RawCommand): readonly Problem[] {
  const fits = Array.isArray(ids) && ids.length <= MAX_TOLD && ids.every((id) => typeof id === 'string')
  return fits ? [] : [{ key: 'ids', expected: `at most ${MAX_TOLD} ids of jobs`, got: show(ids) }]
}

function wholeNumber(key: string, value: unknown, least: number, most: number): readonly Problem[] {
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
  return fits ? [] : [{ key, expected: `a whole number from ${least} to ${most}`, got: show(value) }]
}

const optional = (problem: Problem | undefined): readonly Problem[] => (problem === undefined ? [] : [problem])
