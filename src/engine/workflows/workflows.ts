import type { JobFailure } from '../../errors/job-failure.js'
import type { BrokerLink } from '../broker-link.js'
import type { Keys } from '../keys.js'
import type {
  NewWorkflow,
  NodeRecord,
  OpenPart,
  PartEnd,
  Slot,
  WorkflowCounts,
  WorkflowMove,
  WorkflowRecord,
  WorkflowSummary,
} from './workflow-record.js'

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
  create(workflow: NewWorkflow): Promise<{ readonly isNew: boolean; readonly move: WorkflowMove }> {
    return todo(workflow)
  }

  /** Hands nodes to the caller that are to be made jobs; nobody else gets them for ten seconds. */
  take(id: string, most: number): Promise<WorkflowMove> {
    return todo(id, most)
  }

  /** A node that was handed to the caller cannot be made a job. */
  failUnmade(id: string, index: number, failure: JobFailure): Promise<WorkflowMove | undefined> {
    return todo(id, index, failure)
  }

  /** Settles a part that was added, where the record does not know of its end: its job is gone, or has ended. */
  settleLost(id: string, index: number, end: PartEnd): Promise<WorkflowMove | undefined> {
    return todo(id, index, end)
  }

  summary(id: string): Promise<WorkflowSummary | undefined> {
    return todo(id)
  }

  record(id: string): Promise<WorkflowRecord | undefined> {
    return todo(id)
  }

  /** Nodes by their numbers, `from` the first; fewer where there are no more. */
  nodes(id: string, from: number, count: number): Promise<readonly NodeRecord[]> {
    return todo(id, from, count)
  }

  /** Some nodes by their numbers; of those that are not there none. */
  nodesAt(id: string, indexes: readonly number[]): Promise<readonly NodeRecord[]> {
    return todo(id, indexes)
  }

  /** The slots of a join, `from` the first, at most `count`; those of lists within them all. */
  slots(id: string, join: number, from?: number, count?: number): Promise<readonly Slot[]> {
    return todo(id, join, from, count)
  }

  /** The list that a {@link NodeInput} or a record's `result` names; undefined where it is gone. */
  list(id: string, ref: string): Promise<Extract<Slot, { kind: 'list' }> | undefined> {
    return todo(id, ref)
  }

  /** What a workflow came to that succeeded; undefined for others, and where it is gone. */
  resultOf(id: string): Promise<Slot | undefined> {
    return todo(id)
  }

  /** Those that are known, the newest first. */
  newest(
    offset: number,
    count: number,
  ): Promise<{ readonly total: number; readonly workflows: readonly WorkflowSummary[] }> {
    return todo(offset, count)
  }

  /** How many stand how, of the newest thousand. */
  counts(): Promise<WorkflowCounts> {
    return todo()
  }

  /**
   * Nothing of it starts from now on. Its open parts are the caller's to revoke: see {@link openParts}.
   *
   * @returns false where it is not there, or has ended
   */
  revoke(id: string, reason: string): Promise<boolean> {
    return todo(id, reason)
  }

  /** Parts that are to be made jobs, or are jobs that have not ended: some at a time; from `next` on there are more. */
  openParts(id: string, from?: number): Promise<{ readonly parts: readonly OpenPart[]; readonly next?: number }> {
    return todo(id, from)
  }

  /** Workflows that somebody is to look at now, handed to the caller: nobody else is told of them for a minute. */
  due(most: number): Promise<readonly string[]> {
    return todo(most)
  }

  /** Removes a workflow that has ended, and what it came to. False where it is not there, or has not ended. */
  forget(id: string): Promise<boolean> {
    return todo(id)
  }
}

function todo(..._: unknown[]): never {
  throw new Error('not there yet')
}
