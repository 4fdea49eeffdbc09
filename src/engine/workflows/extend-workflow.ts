import { randomUUID } from 'node:crypto'
import type { Shape, Target } from '../../canvas/workflow-plan.js'
import type { BrokerLink } from '../connection/broker-link.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { CUT_DRAFT, jobsAmong, notSent, unknown, writeDraft } from './create-workflow.js'
import { ledgerCommands } from './ledger-commands.js'
import { MOST_HANDED } from './ledger-script.js'
import { type MoveReply, parseMove } from './move-reply.js'
import { numberIn, parseNode, targetsText } from './node-text.js'
import type { NewNode, WorkflowMove } from './workflow-record.js'

/** Where one more member of a group goes. */
export interface MemberPlace {
  /** The group's join, and the slot of it that is the new member's. */
  readonly join: number
  readonly slot: number
  /** The number of its first node. */
  readonly base: number
}

/** A member that is to be added to a group. */
export interface NewMember {
  /** Who adds it, and which of those that it adds: sent again, it is the same one. */
  readonly mark: string
  readonly place: MemberPlace
  readonly nodes: readonly NewNode[]
  readonly start: readonly Target[]
  /** The node whose end is the member's. */
  readonly last: number
  /** The workflow's, with it. */
  readonly shape: Shape
  readonly total: number
}

/**
 * What came of it: it was added, now or before (`last` is its last node); the group is over; or another was added
 * meanwhile, so that its place must be looked for again.
 */
export type ExtendedWorkflow =
  | { readonly kind: 'added'; readonly last: number; readonly move?: WorkflowMove }
  | { readonly kind: 'over' }
  | { readonly kind: 'changed' }

/**
 * The place of one more member in the group that a node is in, the innermost one. A number, where this call has added one
 * already: its last node. Undefined for a node that is in none.
 */
export function findPlace(
  link: BrokerLink,
  keys: Keys,
  id: string,
  { node, mark }: { readonly node: number; readonly mark: string },
): Promise<MemberPlace | number | undefined> {
  const record = keys.workflow(id)
  return link.read(async (redis) => {
    const [known, base] = await redis.hmget(record, `m${mark}`, 'nodes')
    if (typeof known === 'string') return numberIn(known)
    const join = await joinAbove(redis, record, node)
    const group = join === undefined ? undefined : parseNode(await redis.hget(record, `n${join}`))
    return group?.kind === 'join' ? { join: Number(join), slot: group.size, base: numberIn(base) } : undefined
  })
}

/** The join that a node's failure comes to, through those that are told of it; undefined where it comes to the end. */
async function joinAbove(redis: Connection, record: string, node: number): Promise<string | undefined> {
  for (let at = String(node); ; ) {
    const found = parseNode(await redis.hget(record, `n${at}`))
    const [above = '', slot] = found !== undefined && 'up' in found ? found.up.split('.') : []
    if (slot !== undefined) return above
    if (!/^\d+$/.test(above)) return undefined
    at = above
  }
}

/** Adds a member to a group that waits for its others. All of it, or nothing. */
export async function extendWorkflow(
  link: BrokerLink,
  keys: Keys,
  id: string,
  { mark, place, nodes, start, last, shape, total }: NewMember,
): Promise<ExtendedWorkflow> {
  const draft = keys.workflow(id, `draft:${randomUUID()}`)
  const fields = await writeDraft(link, draft, {}, nodes)
  const { base, join, slot } = place
  const text = targetsText(start, jobsAmong(nodes))
  const args = [keys.prefix, id, fields, base, base + nodes.length, join, slot, mark, last, text, total]
  const [code, what] = await link
    .durably((redis) => ledgerCommands(redis).taskqWorkflowExtend(draft, ...args, JSON.stringify(shape), MOST_HANDED))
    .catch((error) => {
      throw unknown(error)
    })
  if (code === -1) throw notSent(new Error(CUT_DRAFT))
  if (code === 0) return { kind: 'over' }
  if (code === 3) return { kind: 'changed' }
  if (code === 2) return { kind: 'added', last: numberIn(String(what)), move: { workflow: id, ready: [], more: true } }
  const move = parseMove(what as MoveReply)
  return { kind: 'added', last, ...(move && { move }) }
}
