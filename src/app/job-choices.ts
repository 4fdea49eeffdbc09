import { type DeadFilter, END_STATES } from '../control/dead/dead-filter.js'
import type { ScheduledRequest } from '../control/inspect-jobs.js'
import type { PurgeRequest } from '../control/purge.js'
import type { RevokeFilter } from '../control/revoke-jobs.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { isHeaderValue } from '../task/enqueue-problems.js'
import { OptionReader } from '../task/options/option-reader.js'

/** Which dead letters are worked on: those with these ids, all that match, or all there are. */
export type DeadChoice = { readonly ids: string | readonly string[] } | DeadFilter | { readonly all: true }

/** Which dead letters are listed; without anything the latest 100 of all. */
export type DeadListRequest = DeadFilter & { readonly limit?: number }

/** What is thrown away: of queues that are named, of all but some, or of all. */
export type PurgeChoice = PurgeRequest & { readonly all?: true }

const DEAD_KEYS = ['task', 'queue', 'error', 'since', 'states'] as const satisfies readonly (keyof DeadFilter)[]
const PURGE_KEYS = ['queues', 'exclude', 'all', 'scheduled', 'dryRun'] as const satisfies readonly (keyof PurgeChoice)[]
const REVOKE_KEYS = ['task', 'queue', 'headers'] as const satisfies readonly (keyof RevokeFilter)[]
const LONGEST_LIST = 10_000

/*
 * A slip of the pen must never choose more jobs than were meant: so what says nothing is refused, and with it every key
 * that nobody knows. All readers throw `TASKQ_CONTROL_INVALID`.
 */

/** Reads which dead letters are worked on. */
export function readDeadChoice(choice: DeadChoice): { readonly ids?: readonly string[]; readonly filter: DeadFilter } {
  const reader = open(choice, "an object such as { task: 'mails.*' }")
  reader.refuseUnknown(['ids', 'all', ...DEAD_KEYS])
  const ids = readIds(reader)
  const all = readAll(reader)
  const filter = readDeadFilter(reader)
  finish(reader)
  const ways = [ids !== undefined, all, Object.keys(filter).length > 0].filter(Boolean).length
  if (ways === 0) throw saysNothing(`expected ids, ${DEAD_KEYS.join(', ')}, or { all: true } for all dead letters`)
  if (ways > 1) throw invalid('ids, all and what filters go one without the other')
  return { filter, ...(ids && { ids }) }
}

/** Reads which dead letters are listed. */
export function readDeadList(request: DeadListRequest): { readonly filter: DeadFilter; readonly limit: number } {
  const reader = open(request, "an object such as { task: 'mails.*' }")
  reader.refuseUnknown([...DEAD_KEYS, 'limit'])
  const limit = reader.wholeNumber('limit', 1, LONGEST_LIST) ?? 100
  const filter = readDeadFilter(reader)
  finish(reader)
  return { filter, limit }
}

/** Reads which jobs that wait for their time are listed. */
export function readScheduledRequest(request: ScheduledRequest): ScheduledRequest {
  const reader = open(request, "an object such as { queue: 'emails' }")
  reader.refuseUnknown(['queue', 'task', 'limit'])
  const limit = reader.wholeNumber('limit', 1, LONGEST_LIST)
  const [task, queue] = [readText(reader, 'task'), readText(reader, 'queue')]
  finish(reader)
  return { ...(task && { task }), ...(queue && { queue }), ...(limit !== undefined && { limit }) }
}

/** Reads how dead letters are worked on. */
export function readDeadWork(options: { readonly dryRun?: boolean }): { readonly dryRun: boolean } {
  const reader = open(options, 'an object such as { dryRun: true }')
  reader.refuseUnknown(['dryRun'])
  const dryRun = reader.flag('dryRun') ?? false
  finish(reader)
  return { dryRun }
}

/** Reads what is to be thrown away. */
export function readPurge(choice: PurgeChoice): PurgeRequest {
  const reader = open(choice, "an object such as { queues: ['reports'] }")
  reader.refuseUnknown(PURGE_KEYS)
  const queues = reader.read('queues', 'an array of queue names', isTexts)
  const exclude = reader.read('exclude', 'an array of queue names', isTexts)
  const all = readAll(reader)
  const [scheduled, dryRun] = [reader.flag('scheduled'), reader.flag('dryRun')]
  finish(reader)
  if (queues === undefined && !all && (exclude ?? []).length === 0)
    throw saysNothing('expected queues, exclude, or { all: true } for all queues')
  if (queues !== undefined && all) throw invalid('queues and all go one without the other')
  return {
    ...(queues && { queues }),
    ...(exclude && { exclude }),
    ...(scheduled !== undefined && { scheduled }),
    ...(dryRun !== undefined && { dryRun }),
  }
}

/** Reads which jobs are to end. */
export function readRevokeFilter(given: RevokeFilter): RevokeFilter {
  const reader = open(given, "an object such as { task: 'reports.*' }")
  reader.refuseUnknown(REVOKE_KEYS)
  const [task, queue] = [readText(reader, 'task'), readText(reader, 'queue')]
  const headers = reader.read('headers', "an object such as { tenant: 'acme' }", isHeaders)
  finish(reader)
  return { ...(task && { task }), ...(queue && { queue }), ...(headers && { headers }) }
}

function readDeadFilter(reader: OptionReader): DeadFilter {
  const [task, queue, error] = [readText(reader, 'task'), readText(reader, 'queue'), readText(reader, 'error')]
  const since = reader.read('since', 'a time in milliseconds since 1970', isNumber)
  const states = reader.read('states', `an array of ${END_STATES.join(', ')}`, isEndStates)
  return {
    ...(task && { task }),
    ...(queue && { queue }),
    ...(error && { error }),
    ...(since !== undefined && { since }),
    ...(states && { states }),
  }
}

function readIds(reader: OptionReader): readonly string[] | undefined {
  const isIds = (value: unknown): value is string | readonly string[] => isTexts([value].flat())
  const ids = reader.read('ids', "a job's id, or an array of ids", isIds)
  return ids === undefined ? undefined : [ids].flat()
}

const readAll = (reader: OptionReader): boolean =>
  reader.read('all', 'true', (value) => value === true || value === false) === true

const readText = (reader: OptionReader, key: string) => reader.read(key, 'a text that is not empty', isText)

function open(given: unknown, expected: string): OptionReader {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return new OptionReader(given)
  throw invalid(`expected ${expected}, got ${show(given)}`)
}

function finish({ problems, complaint }: OptionReader): void {
  if (problems.length > 0) throw invalid(complaint)
}

const saysNothing = (expected: string) => invalid(`nothing says which are meant: ${expected}`)

const invalid = (message: string): TaskqError =>
  new TaskqError('TASKQ_CONTROL_INVALID', message, { hint: 'Nothing was changed.' })

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isEndStates = (value: unknown): value is NonNullable<DeadFilter['states']> =>
  Array.isArray(value) && value.length > 0 && value.every((state) => END_STATES.includes(state))
const isHeaders = (value: unknown): value is NonNullable<RevokeFilter['headers']> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isHeaderValue)
