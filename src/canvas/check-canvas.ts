import { formatProblem, type Problem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { taskNameProblem } from '../task/names.js'
import type { CanvasData } from './canvas-data.js'

/**
 * Says no to what is no canvas; its parts are not looked at.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID`
 */
export function checkCanvas(data: CanvasData): void {
  const problem = problemOf(data)
  if (problem === undefined) return
  throw new TaskqError('TASKQ_WORKFLOW_INVALID', formatProblem(problem), {
    hint: 'Parts of workflows are signatures: MyTask.s(…), MyTask.si(…), chain(…), group(…), chord(…).',
  })
}

function problemOf(data: unknown): Problem | undefined {
  if (typeof data !== 'object' || data === null) return wrong('workflow', 'a signature', data)
  const { links, errorLinks, kind } = data as Partial<CanvasData>
  if (!Array.isArray(links) || !Array.isArray(errorLinks)) return wrong('workflow', 'a signature', data)
  if (!Object.hasOwn(FIELDS, String(kind))) return wrong('workflow', 'a signature', data)
  return FIELDS[kind as CanvasData['kind']](data as Record<string, unknown>)
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
    Array.isArray(parts) && parts.length > 0 ? undefined : wrong('chain', 'one part or more', parts),
  group: ({ members, allowFailures }) => {
    if (!Array.isArray(members)) return wrong('group', 'a list of signatures', members)
    return typeof allowFailures === 'boolean' ? undefined : wrong('allowFailures', 'true or false', allowFailures)
  },
  chord: ({ header }) => {
    const isGroup = typeof header === 'object' && header !== null && 'kind' in header && header.kind === 'group'
    return isGroup ? undefined : wrong('chord', 'a group as its header', header)
  },
}

const wrong = (key: string, expected: string, got: unknown): Problem => ({ key, expected, got: show(got) })
