import type { JobFailure } from '../../errors/job-failure.js'
import type { NodeInput, ReadyNode, WorkflowMove } from './workflow-record.js'

/**
 * What a script answers of what there is to do: the workflow, the id and lane of the job that waits for its end, whether
 * more is ready, the nodes (number, call, input), what inputs name (input, text, task), and whether nodes are wanted
 * after their time, too.
 */
export type MoveReply = readonly [string, string, string, number, readonly string[], readonly string[], number?] | null

/** Reads it; undefined where there is nothing to do. `askedAt`: before it was asked for, by `performance.now()`. */
export function parseMove(reply: unknown, askedAt?: number): WorkflowMove | undefined {
  if (!Array.isArray(reply) || reply.length < 6) return undefined
  const [workflow, ownerId, ownerLane, more, nodes, texts, late] = reply as unknown as NonNullable<MoveReply>
  return {
    workflow,
    ready: readyNodes(nodes, textsByRef(texts), {
      ...(askedAt !== undefined && { handedAt: askedAt }),
      ...(late === 1 && { isWantedLate: true }),
    }),
    more: more > 0,
    ...(ownerId !== '' && { owner: { id: ownerId, lane: ownerLane } }),
  }
}

interface Text {
  readonly text: string
  readonly task: string
}

function textsByRef(texts: readonly string[]): ReadonlyMap<string, Text> {
  const byRef = new Map<string, Text>()
  for (let at = 0; at + 2 < texts.length; at += 3) {
    byRef.set(texts[at] ?? '', { text: texts[at + 1] ?? '', task: texts[at + 2] ?? '' })
  }
  return byRef
}

function readyNodes(nodes: readonly string[], texts: ReadonlyMap<string, Text>, how: Partial<ReadyNode>): ReadyNode[] {
  const ready: ReadyNode[] = []
  for (let at = 0; at + 2 < nodes.length; at += 3) {
    const input = inputOf(nodes[at + 2] ?? '', texts)
    ready.push({ index: Number(nodes[at]), call: nodes[at + 1] ?? '', input, ...how })
  }
  return ready
}

function inputOf(ref: string, texts: ReadonlyMap<string, Text>): NodeInput {
  if (ref === '') return { kind: 'none' }
  if (/^\d+$/.test(ref)) return { kind: 'value', payload: texts.get(ref)?.text ?? '' }
  if (!ref.startsWith('x')) return { kind: 'list', ref }
  const { text = '', task = '' } = texts.get(ref) ?? {}
  return { kind: 'failure', cause: { node: Number(ref.slice(1)), task, failure: parseFailure(text) } }
}

/** A failure as it is stored; what cannot be read is told as one. */
export function parseFailure(text: string | null | undefined): JobFailure {
  try {
    const failure = JSON.parse(text ?? '')
    if (typeof failure?.name === 'string' && typeof failure.message === 'string') return failure
  } catch {}
  return { name: 'Error', message: 'why it failed is not known: its record was damaged' }
}
