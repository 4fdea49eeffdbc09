import { randomUUID } from 'node:crypto'
import type { JobFailure } from '../../errors/job-failure.js'
import type { BrokerLink } from '../connection/broker-link.js'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { storedReason } from '../revokes/revoke.js'
import { type CreatedWorkflow, createWorkflow, type Making } from './create-workflow.js'
import {
  type ExtendedWorkflow,
  extendWorkflow,
  findPlace,
  type MemberPlace,
  type NewMember,
} from './extend-workflow.js'
import { giveBack } from './give-back.js'
import { type LedgerCommands, ledgerCommands } from './ledger-commands.js'
import { MOST_HANDED } from './ledger-script.js'
import { isLeftAlone } from './left-alone.js'
import { mendParts } from './mend-parts.js'
import { parseMove } from './move-reply.js'
import { readNodes, readOpenParts } from './read-nodes.js'
import { readRecord, readStates, readSummaries } from './read-records.js'
import { type ListSlot, SlotReader } from './read-slots.js'
import { retryUnmade } from './retry-unmade.js'
import type {
  NewWorkflow,
  NodeRecord,
  OpenPart,
  Slot,
  WorkflowCounts,
  WorkflowMove,
  WorkflowRecord,
  WorkflowSummary,
} from './workflow-record.js'

/** So many are counted by how they stand. */
const MOST_COUNTED = 1000

/** How often, and for how long at least, it is tried to make a job before its part fails. */
export interface Patience {
  readonly tries?: number
  readonly forMs?: number
}

/** Some of the workflows that are known. */
export interface WorkflowPage {
  readonly total: number
  readonly workflows: readonly WorkflowSummary[]
}

/** The records of workflows: how they are made, how they go on, and how they stand. */
export class Workflows {
  constructor(
    private readonly link: BrokerLink,
    private readonly keys: Keys,
  ) {}

  /**
   * Writes a workflow's record and lets it begin: all of it, or nothing. An id that is there already changes nothing,
   * however that workflow ended.
   *
   * @throws TaskqError `TASKQ_ENQUEUE_NOT_SENT` when it surely does not exist, `TASKQ_ENQUEUE_UNKNOWN` when it may
   */
  create(workflow: NewWorkflow, making?: Making): Promise<CreatedWorkflow> {
    return createWorkflow(this.link, this.keys, workflow, making)
  }

  /** Where one more member of the group goes that a node is in: see {@link findPlace}. */
  placeBeside(id: string, node: number, mark: string): Promise<MemberPlace | number | undefined> {
    return findPlace(this.link, this.keys, id, { node, mark })
  }

  /** Adds a member to a group that waits for its others. All of it, or nothing. */
  extend(id: string, member: NewMember): Promise<ExtendedWorkflow> {
    return extendWorkflow(this.link, this.keys, id, member)
  }

  /**
   * Hands nodes to the caller that are to be made jobs; nobody else gets them for ten seconds.
   *
   * @param kept the caller made this workflow, of so many nodes, and has the calls that it began with
   */
  async take(id: string, most: number, kept = 0): Promise<WorkflowMove> {
    const reply = await this.#run((redis) =>
      redis.taskqWorkflowTake(this.keys.workflow(id), this.keys.prefix, id, most, kept),
    )
    return parseMove(reply) ?? { workflow: id, ready: [], more: false }
  }

  /**
   * A node that was handed to the caller cannot be made a job. `later` where it is tried again: the caller has it for as
   * long as before, then it is anybody's.
   */
  async failUnmade(
    id: string,
    index: number,
    failure: JobFailure,
    { tries = 0, forMs = 0 }: Patience = {},
  ): Promise<WorkflowMove | 'later' | undefined> {
    const args = [this.keys.prefix, id, index, JSON.stringify(failure), MOST_HANDED, tries, forMs]
    const reply = await this.#run((redis) => redis.taskqWorkflowFail(this.keys.workflow(id), ...args))
    return reply === 0 ? 'later' : parseMove(reply)
  }

  /** A node that failed before it was a job is to be made one. False for any other. `call` as in a `RetryCall`. */
  retryUnmade(id: string, index: number, call: string = randomUUID()): Promise<boolean> {
    return this.link.read((redis) => retryUnmade(redis, this.keys, { workflow: id, node: index }, call))
  }

  /** Nodes that were handed to the caller, and of which it cannot make jobs now, are anybody's again. */
  giveBack(id: string, nodes: readonly number[]): Promise<void> {
    return giveBack(this.link, this.keys, id, nodes)
  }

  /**
   * Tells a workflow of the ends of parts that it missed: their jobs are gone, or were ended by a worker that knew
   * nothing of workflows.
   *
   * @returns what that let begin
   */
  mend(id: string): Promise<readonly WorkflowMove[]> {
    return mendParts(this.link, this.keys, { id, openParts: (of, from) => this.openParts(of, from) })
  }

  /** Whether the job has ended in another way that was to end as it does: nobody wants it any more. */
  isLeftAlone(id: string): Promise<boolean> {
    return isLeftAlone(this.link, this.keys, id)
  }

  async summary(id: string): Promise<WorkflowSummary | undefined> {
    const [summary] = await this.link.read((redis) => readSummaries(redis, this.keys, [id]))
    return summary
  }

  record(id: string): Promise<WorkflowRecord | undefined> {
    return this.link.read((redis) => readRecord(redis, this.keys, id))
  }

  /** Nodes by their numbers, `from` the first; fewer where there are no more. */
  nodes(id: string, from: number, count: number): Promise<readonly NodeRecord[]> {
    return this.nodesAt(
      id,
      Array.from({ length: count }, (_, at) => from + at),
    )
  }

  /** Some nodes by their numbers; of those that are not there none. */
  nodesAt(id: string, indexes: readonly number[]): Promise<readonly NodeRecord[]> {
    return this.link.read((redis) => readNodes(redis, this.keys, id, indexes))
  }

  /** The slots of a join, `from` the first, at most `count`; those of lists within them all. */
  slots(id: string, join: number, from?: number, count?: number): Promise<readonly Slot[]> {
    const range = { join, ...(from !== undefined && { from }), ...(count !== undefined && { count }) }
    return this.link.read((redis) => new SlotReader(redis, this.keys, id).slots(range))
  }

  /** The list that a {@link NodeInput} or a record's `result` names; undefined where it is gone. */
  async list(id: string, ref: string): Promise<ListSlot | undefined> {
    const slot = await this.link.read((redis) => new SlotReader(redis, this.keys, id).named(ref))
    return slot?.kind === 'list' ? slot : undefined
  }

  /** What a workflow came to that succeeded; undefined for others, and where it is gone. */
  resultOf(id: string): Promise<Slot | undefined> {
    return this.link.read(async (redis) => {
      const [state, result] = await redis.hmget(this.keys.workflow(id), 'state', 'result')
      if (state !== 'succeeded') return undefined
      return new SlotReader(redis, this.keys, id).named(result ?? '')
    })
  }

  /** Those that are known, the newest first. */
  newest(offset: number, count: number): Promise<WorkflowPage> {
    return this.link.read(async (redis) => {
      const { total, ids } = await this.#known(redis, offset, count)
      const summaries = await readSummaries(redis, this.keys, ids)
      const gone = ids.filter((_, at) => summaries[at] === undefined)
      if (gone.length > 0) await redis.zrem(this.keys.workflowList, ...gone)
      return { total: total - gone.length, workflows: summaries.filter((summary) => summary !== undefined) }
    })
  }

  /** How many stand how, of the newest thousand. */
  counts(): Promise<WorkflowCounts> {
    return this.link.read(async (redis) => {
      const { total, ids } = await this.#known(redis, 0, MOST_COUNTED)
      const summaries = await readStates(redis, this.keys, ids)
      const counts = { running: 0, succeeded: 0, failed: 0, revoked: 0 }
      for (const state of summaries) if (state !== undefined) counts[state]++
      const gone = summaries.filter((state) => state === undefined).length
      return { ...counts, total: total - gone }
    })
  }

  /**
   * Nothing of it starts from now on. Its open parts are the caller's to revoke: see {@link openParts}.
   *
   * @returns false where it is not there, or has ended
   */
  async revoke(id: string, reason: string): Promise<boolean> {
    const args = [this.keys.workflow(id), this.keys.prefix, id, storedReason(reason), randomUUID()] as const
    return (await this.#run((redis) => redis.taskqWorkflowRevoke(...args))) === 1
  }

  /** Parts that are to be made jobs, or are jobs that have not ended: some at a time; from `next` on there are more. */
  openParts(id: string, from = 0): Promise<{ readonly parts: readonly OpenPart[]; readonly next?: number }> {
    return this.link.read((redis) => readOpenParts(redis, this.keys, id, from))
  }

  /** Workflows that somebody is to look at now, handed to the caller: nobody else is told of them for a minute. */
  due(most: number): Promise<readonly string[]> {
    return this.#run((redis) => redis.taskqWorkflowDue(this.keys.workflows, this.keys.prefix, most))
  }

  /** Somebody follows how far a workflow comes: for a while its progress is told as events. */
  async watch(id: string): Promise<void> {
    await this.#run((redis) => redis.taskqWorkflowWatch(this.keys.workflow(id)))
  }

  /** Removes a workflow that has ended, and what it came to. False where it is not there, or has not ended. */
  async forget(id: string): Promise<boolean> {
    return (await this.#run((redis) => redis.taskqWorkflowForget(this.keys.workflowList, this.keys.prefix, id))) === 1
  }

  async #known(redis: Connection, offset: number, count: number): Promise<{ total: number; ids: string[] }> {
    const list = this.keys.workflowList
    const pipeline = redis
      .pipeline()
      .zcard(list)
      .zrange(list, String(offset), String(offset + count - 1), 'REV')
    const [total, ids] = (await runPipeline(pipeline)) as [number, string[]]
    return { total, ids }
  }

  #run<T>(work: (commands: LedgerCommands) => Promise<T>): Promise<T> {
    return this.link.read((redis) => work(ledgerCommands(redis)))
  }
}
