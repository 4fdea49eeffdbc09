import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { parseFailure } from './move-reply.js'
import { numberIn, parseNode } from './node-text.js'
import { BATCH } from './reach-script.js'
import type { NodeRecord, NodeState, OpenPart } from './workflow-record.js'

const STATES: Readonly<Record<string, NodeState>> = { q: 'queued', a: 'added', d: 'done', f: 'failed' }

/** Nodes by their numbers, as they stand; those that are not there are left out. */
export async function readNodes(
  redis: Connection,
  keys: Keys,
  id: string,
  indexes: readonly number[],
): Promise<NodeRecord[]> {
  const rows = indexes.length === 0 ? [] : rowsIn(await redis.zrange(keys.workflow(id, 'ready'), '0', '-1'))
  const nodes: NodeRecord[] = []
  for (let from = 0; from < indexes.length; from += BATCH) {
    const batch = indexes.slice(from, from + BATCH)
    const fields = batch.flatMap((index) => ['n', 's', 'o', 'e', 'p', 'x'].map((field) => `${field}${index}`))
    const replies = await redis.hmget(keys.workflow(id), ...fields)
    batch.forEach((index, at) => {
      const node = nodeRecord(index, replies.slice(at * 6, at * 6 + 6), rows)
      if (node !== undefined) nodes.push(node)
    })
  }
  return nodes
}

function nodeRecord(index: number, fields: readonly (string | null)[], rows: readonly Row[]): NodeRecord | undefined {
  const [text, state, gate, failure, pending, failedSlots] = fields
  const node = parseNode(text)
  if (node === undefined) return undefined
  const known = STATES[state?.charAt(0) ?? ''] ?? (isReady(index, rows) ? 'queued' : 'waiting')
  return {
    index,
    node,
    state: known,
    ...(node.kind === 'join' && {
      ...(gate === 'd' && { gate: 'done' as const }),
      ...(gate === 'f' && { gate: 'failed' as const }),
      pending: numberIn(pending ?? String(node.size)),
      failedSlots: numberIn(failedSlots),
    }),
    ...(known === 'failed' && typeof failure === 'string' && { failure: parseFailure(failure) }),
    ...(known === 'added' && state !== undefined && state !== null && state.length > 1 && { lane: state.slice(1) }),
  }
}

interface Row {
  readonly from: number
  readonly to: number
  readonly step: number
}

/** Those that are ready, many in one entry. */
function rowsIn(members: readonly string[]): Row[] {
  return members.flatMap((member) => {
    const [, from, to, step] = /^(\d+)-(\d+)\/(\d+)\|/.exec(member) ?? []
    if (from === undefined) return []
    return [{ from: Number(from), to: Number(to), step: Math.max(1, Number(step)) }]
  })
}

const isReady = (index: number, rows: readonly Row[]): boolean =>
  rows.some(({ from, to, step }) => index >= from && index <= to && (index - from) % step === 0)

/** Parts that have not ended; `next`, where more may follow. */
export async function readOpenParts(
  redis: Connection,
  keys: Keys,
  id: string,
  from: number,
): Promise<{ parts: OpenPart[]; next?: number }> {
  const fields = Array.from({ length: 2 * BATCH }, (_, at) => `s${from + at}`)
  const [count, ...states] = await redis.hmget(keys.workflow(id), 'nodes', ...fields)
  const parts = states.flatMap((state, at): OpenPart[] => {
    if (state?.startsWith('q')) return [{ index: from + at }]
    if (!state?.startsWith('a')) return []
    return [{ index: from + at, ...(state.length > 1 && { lane: state.slice(1) }) }]
  })
  const next = from + fields.length
  return { parts, ...(next < numberIn(count) && { next }) }
}
