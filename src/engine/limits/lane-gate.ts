import type { Connection } from '../connection.js'
import type { Keys } from '../keys.js'
import { dissolveRows } from './dissolve-rows.js'
import { tellFreeSlot } from './free-slot.js'

/** What telling the end of a run gives: the lane's next job, where it came along. */
export interface AfterEnd {
  readonly job?: unknown
}

/** What a lane with limits does beside the engine: whoever waits for a slot that became free is told. */
export interface LaneGate<P extends AfterEnd> {
  /** Called once the engine has told the connection its scripts. */
  open(): Promise<void>
  /** Called now and then. */
  look(): Promise<void>
  /** Says how a run ended by `tell`, and asks for the lane's next job where that is wanted. */
  end(job: EndedJob, fetchNext: boolean, tell: (fetchNext: boolean) => Promise<P>): Promise<P>
}

/** A job whose run ends, and what proves that it is ours. */
export interface EndedJob {
  readonly id: string
  readonly token: string
}

/** The gate of a lane whose limits hold for its task as a whole: the engine keeps them. */
export class TaskGate<P extends AfterEnd> implements LaneGate<P> {
  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
    private readonly lane: string,
  ) {}

  open(): Promise<void> {
    return this.look()
  }

  look(): Promise<void> {
    return dissolveRows(this.connection, this.keys, this.lane)
  }

  async end(_job: EndedJob, fetchNext: boolean, tell: (fetchNext: boolean) => Promise<P>): Promise<P> {
    const next = await tell(fetchNext)
    // Where that is not heard, others look by themselves some seconds later.
    if (next.job === undefined) void tellFreeSlot(this.connection, this.keys, this.lane).catch(() => {})
    return next
  }
}
