import type { WorkflowNode } from '../../src/canvas/workflow-plan.js'
import { LEDGER, MOST_HANDED } from '../../src/engine/workflows/ledger-script.js'
import { parseMove } from '../../src/engine/workflows/move-reply.js'
import type { NewWorkflow, WorkflowMove } from '../../src/engine/workflows/workflow-record.js'
import type { TestApp } from './test-app.js'

const KEEP = { keepMs: 60_000, failKeepMs: 120_000 }

/** A workflow of these nodes, which begins with the first. */
export function workflowOf(
  id: string,
  nodes: readonly WorkflowNode[],
  start: NewWorkflow['start'] = ['0'],
): NewWorkflow {
  return {
    id,
    name: id,
    nodes: nodes.map((node, index) => ({
      index,
      node,
      ...((node.kind === 'task' || node.kind === 'callback') && { call: `call ${index}` }),
    })),
    start,
    shape: 0,
    total: nodes.filter(({ kind }) => kind === 'task').length,
    ...KEEP,
  }
}

type Task = Extract<WorkflowNode, { kind: 'task' }>

/** A task that ends the workflow. */
export const task = (part: Partial<Task> = {}): Task => ({ kind: 'task', next: 'e', up: 'e', task: 'work', ...part })

/** One task after the other. */
export const chainOf = (id: string, length: number): NewWorkflow =>
  workflowOf(
    id,
    Array.from({ length }, (_, at) => task(at < length - 1 ? { next: `${at + 1}` } : {})),
  )

/** So many tasks side by side, and one that takes the list: nodes 0 to size − 1, the join, the body. */
export function chordOf(id: string, size: number, allowFailures = false): NewWorkflow {
  const members = Array.from({ length: size }, (_, at) => task({ next: `${size}.${at}`, up: `${size}.${at}` }))
  const join: WorkflowNode = { kind: 'join', next: `${size + 1}`, up: 'e', size, allowFailures }
  return workflowOf(
    id,
    [...members, join, task()],
    members.map((_, at) => `${at}` as const),
  )
}

/** A connection that has learnt to call what other scripts embed. */
interface Scripted {
  testEnd(root: string, ...args: (string | number)[]): Promise<unknown>
  testRevive(root: string, id: string): Promise<unknown>
}

function scripted({ redis }: TestApp): Scripted {
  if (!('testEnd' in redis)) {
    const lua = `${LEDGER}\nreturn settleNode(KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))`
    redis.defineCommand('testEnd', { numberOfKeys: 1, lua })
    const again = `${LEDGER}\nreviveNode(KEYS[1], ARGV[1], 'default')`
    redis.defineCommand('testRevive', { numberOfKeys: 1, lua: again })
  }
  return redis as unknown as Scripted
}

/** Tells the record how a part's job ended, as the scripts that end jobs do. */
export async function end(
  app: TestApp,
  id: string,
  node: number,
  how: 'd' | 'f',
  what: unknown,
  most = MOST_HANDED,
): Promise<WorkflowMove | undefined> {
  const told = how === 'd' ? { id: `${id}~${node}`, stored: what } : { name: 'Error', message: what }
  return parseMove(await scripted(app).testEnd(app.keys.prefix, `${id}~${node}`, how, JSON.stringify(told), most))
}

/** Lets a part's failed job run again, as the script that does so. */
export async function revive(app: TestApp, id: string, node: number): Promise<void> {
  await scripted(app).testRevive(app.keys.prefix, `${id}~${node}`)
}

/** Ends many parts, one after the other. */
export async function endAll(app: TestApp, id: string, nodes: readonly number[], how: 'd' | 'f' = 'd'): Promise<void> {
  for (const node of nodes) await end(app, id, node, how, `${how}${node}`)
}

/** The value that {@link endAll} tells, as a slot holds it. */
export const slotOf = (id: string, node: number) => ({
  kind: 'value' as const,
  value: { id: `${id}~${node}`, stored: `d${node}` },
})
