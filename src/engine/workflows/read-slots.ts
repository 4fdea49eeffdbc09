import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { parseNode } from './node-text.js'
import { BATCH } from './reach-script.js'
import { failedNode } from './read-records.js'
import type { FailedNode, Slot, StoredValue } from './workflow-record.js'

/** A list that a join came to. */
export type ListSlot = Extract<Slot, { kind: 'list' }>

/** A join's slots, and those that are to be read. */
interface SlotRange {
  readonly join: number
  readonly from?: number
  readonly count?: number
}

/** Groups within groups: deeper than anybody writes, and an end for what was made to have none. */
const DEEPEST = 100

/** Slots that are read at first, until it is known how large what they hold is. */
const FIRST_SLOTS = 20
/** Characters that one reply is to hold: results may be large, and the broker and this process hold it at once. */
const REPLY_LENGTH = 4_000_000

/** How many slots are read next: as many as make a large reply, but never many times more than before. */
function nextCount(texts: readonly (string | null)[]): number {
  const length = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
  const fitting = Math.floor((REPLY_LENGTH * texts.length) / Math.max(1, length))
  return Math.max(1, Math.min(fitting, BATCH, 5 * texts.length))
}

/** Reads what the joins of one workflow hold, some hundred slots at a time. */
export class SlotReader {
  constructor(
    private readonly redis: Connection,
    private readonly keys: Keys,
    private readonly id: string,
  ) {}

  /** What a record's `result`, or a job's input, names; undefined where it is not there. */
  async named(ref: string): Promise<Slot | undefined> {
    if (ref === '[]') return EMPTY_LIST
    if (ref === 'end') {
      const text = await this.redis.hget(this.keys.workflow(this.id, 'values'), 'end')
      const value = parseValue(text)
      return value && { kind: 'value', value }
    }
    const [, join] = /^j(\d{1,6})$/.exec(ref) ?? []
    return join === undefined ? undefined : this.list(Number(join))
  }

  async list(join: number, depth = 0): Promise<ListSlot | undefined> {
    const node = parseNode(await this.redis.hget(this.keys.workflow(this.id), `n${join}`))
    if (node?.kind !== 'join' || depth > DEEPEST) return undefined
    const slots = await this.#read({ join, size: node.size, from: 0, count: node.size }, depth)
    return { kind: 'list', slots, allowFailures: node.allowFailures }
  }

  /** The slots of a join; none where it is none. */
  async slots({ join, from = 0, count = Number.POSITIVE_INFINITY }: SlotRange): Promise<Slot[]> {
    const node = parseNode(await this.redis.hget(this.keys.workflow(this.id), `n${join}`))
    if (node?.kind !== 'join') return []
    return this.#read({ join, size: node.size, from, count }, 0)
  }

  async #read(range: Required<SlotRange> & { readonly size: number }, depth: number): Promise<Slot[]> {
    const { join, size, from, count } = range
    const end = Math.min(size, from + count)
    const slots: Slot[] = []
    for (let at = from, count = FIRST_SLOTS; at < end; ) {
      const names = Array.from({ length: Math.min(count, end - at) }, (_, index) => `${join}.${at + index}`)
      const texts = await this.redis.hmget(this.keys.workflow(this.id, 'values'), ...names)
      at += names.length
      count = nextCount(texts)
      const causes = await this.#causes(texts)
      for (const text of texts) slots.push(await this.#slot(text, causes, depth))
    }
    return slots
  }

  async #slot(text: string | null, causes: ReadonlyMap<string, FailedNode>, depth: number): Promise<Slot> {
    if (text === null) return { kind: 'empty' }
    if (text === '[]') return EMPTY_LIST
    if (text.startsWith('!')) return { kind: 'failed', cause: causes.get(text.slice(1)) ?? failedNode('', null, null) }
    if (text.startsWith('>')) return (await this.list(Number(text.slice(1)), depth + 1)) ?? EMPTY_LIST
    const value = parseValue(text)
    return value === undefined ? { kind: 'failed', cause: failedNode('', null, null) } : { kind: 'value', value }
  }

  async #causes(texts: readonly (string | null)[]): Promise<ReadonlyMap<string, FailedNode>> {
    const nodes = [...new Set(texts.flatMap((text) => (text?.startsWith('!') ? [text.slice(1)] : [])))]
    if (nodes.length === 0) return new Map()
    const fields = nodes.flatMap((node) => [`n${node}`, `e${node}`])
    const told = await this.redis.hmget(this.keys.workflow(this.id), ...fields)
    return new Map(nodes.map((node, at) => [node, failedNode(node, told[2 * at], told[2 * at + 1])]))
  }
}

const EMPTY_LIST: ListSlot = { kind: 'list', slots: [], allowFailures: false }

function parseValue(text: string | null): StoredValue | undefined {
  try {
    const value = JSON.parse(text ?? '')
    if (typeof value === 'object' && value !== null && typeof value.id === 'string') return value
  } catch {}
  return undefined
}
