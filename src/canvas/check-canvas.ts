import { formatProblem, type Problem, show, unknownKeys } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { taskNameProblem } from '../task/names.js'
import type { CanvasData } from './canvas-data.js'
import { describeStray } from './stray-value.js'

/**
 * Says no to what is no canvas; its parts are not looked at.
 *
 * @param place where it stands: `chain: part 2`
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 */
export function checkCanvas(data: unknown, place: string): asserts data is CanvasData {
  if (!isMarked(data)) {
    const { got, hint } = describeStray(data)
    throw invalid({ key: place, expected: 'a signature', got }, hint)
  }
  const problem = FIELDS[data.kind](data as unknown as Record<string, unknown>)
  if (problem !== undefined) throw invalid({ ...problem, key: `${place}: ${problem.key}` }, PARTS_HINT)
}

/**
 * Says no to options that are no record, or have keys that nobody would look at.
 *
 * @param known left out, any key is
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 */
export function checkRecord(method: string, value: unknown, known?: readonly string[]): void {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value) && !isMarked(value)
  if (!isRecord)
    throw invalid({ key: method, expected: 'an object', got: describeStray(value).got }, describeRecord(known))
  const problems = known === undefined ? [] : unknownKeys(value, known, `${method}.`)
  if (problems.length === 0) return
  const message = problems.map(formatProblem).join('; ')
  throw new TaskqError('TASKQ_WORKFLOW_INVALID', message, { hint: describeRecord(known), data: { problems } })
}

const describeRecord = (known?: readonly string[]): string =>
  known === undefined ? 'Give it an object of names and values.' : `It takes an object with ${known.join(', ')}.`

/** Whether it has what all canvases have. */
function isMarked(data: unknown): data is CanvasData {
  if (typeof data !== 'object' || data === null) return false
  const { links, errorLinks, kind } = data as Partial<CanvasData>
  return Array.isArray(links) && Array.isArray(errorLinks) && Object.hasOwn(FIELDS, String(kind))
}

/** What there must be, by kind. */
const FIELDS: Readonly<Record<CanvasData['kind'], (data: Record<string, unknown>) => Problem | undefined>> = {
  task: ({ task, args, options, immutable, each }) => {
    if (!Array.isArray(args)) return wrong('args', 'a list of arguments', args)
    if (typeof options !== 'object' || options === null) return wrong('options', 'an object', options)
    if (typeof immutable !== 'boolean') return wrong('immutable', 'true or false', immutable)
    if (each !== undefined && each !== 'map' && each !== 'starmap') return wrong('each', 'map or starmap', each)
    return taskNameProblem('task', task)
  },
  chain: ({ parts }) =>
    Array.isArray(parts) && parts.length > 0 ? undefined : wrong('parts', 'one part or more', parts),
  group: ({ members, allowFailures }) => {
    if (!Array.isArray(members)) return wrong('members', 'a list of signatures', members)
    return typeof allowFailures === 'boolean' ? undefined : wrong('allowFailures', 'true or false', allowFailures)
  },
  chord: ({ header }) => {
    const isGroup = typeof header === 'object' && header !== null && 'kind' in header && header.kind === 'group'
    if (isGroup) return undefined
    return { key: 'header', expected: 'a group, or a list of signatures', got: describeStray(header).got }
  },
}

const PARTS_HINT = 'Parts of workflows are signatures: MyTask.s(…), MyTask.si(…), chain(…), group(…), chord(…).'

const wrong = (key: string, expected: string, got: unknown): Problem => ({ key, expected, got: show(got) })

const invalid = (problem: Problem, hint: string = PARTS_HINT): TaskqError =>
  new TaskqError('TASKQ_WORKFLOW_INVALID', formatProblem(problem), { hint })
