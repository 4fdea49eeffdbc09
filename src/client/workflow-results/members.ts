import type { Shape, ShapeComposed } from '../../canvas/workflow-plan.js'
import type { Codec } from '../../codec/codec.js'
import type { Engine } from '../../engine/engine.js'
import type { Slot, WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { MemberResult } from '../../task/workflow-result.js'
import { settledSlot } from './slot-value.js'
import { workflowError } from './workflow-failure.js'
import { WorkflowStir } from './workflow-stir.js'

/** Which workflow's members are waited for, and how long. */
export interface MembersRequest {
  readonly id: string
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly timeoutError: () => Promise<Error>
  readonly unknownError: () => Error
}

/** As many slots are read at once. */
const SLOTS_AT_ONCE = 500

/** What the members of a workflow's group come to, each when it is there. */
export async function* membersOf(
  engine: Engine,
  codec: Codec,
  request: MembersRequest,
): AsyncGenerator<MemberResult, void> {
  const { id, signal } = request
  const members = new Members(engine, codec, id, await joinOf(engine, request))
  const stir = await WorkflowStir.on(engine, id, signal)
  const deadline = performance.now() + request.timeoutMs
  try {
    for (let isLast = false; !isLast; ) {
      // Looked at first: all that had come in by then is read after it.
      const summary = await engine.workflows.summary(id)
      for await (const member of members.come()) {
        if (signal?.aborted === true) return
        yield member
      }
      isLast = members.areAllIn || signal?.aborted === true
      if (!isLast) await goOn(request, summary, deadline)
      if (!isLast) await stir.wait(deadline - performance.now())
    }
  } finally {
    stir.close()
  }
}

/** Throws where no more members will come, or not in time. */
async function goOn(request: MembersRequest, summary: WorkflowSummary | undefined, deadline: number): Promise<void> {
  if (summary === undefined) throw request.unknownError()
  if (isOver(summary)) throw workflowError(summary) ?? request.unknownError()
  if (performance.now() >= deadline) throw await request.timeoutError()
}

async function joinOf(engine: Engine, { id, unknownError }: MembersRequest): Promise<number> {
  const record = await engine.workflows.record(id)
  if (record === undefined) throw unknownError()
  const join = groupIn(record.shape)
  if (join === undefined) throw noGroup(id)
  return join
}

/** Nothing of it goes on: what is not there will not come. */
const isOver = ({ state, open }: WorkflowSummary): boolean => state !== 'running' && open === 0

/** The slots of a join, each of which is told once. */
class Members {
  readonly #told: boolean[] = []
  /** Whether it is known how many there are. */
  #isRead = false

  constructor(
    private readonly engine: Engine,
    private readonly codec: Codec,
    private readonly id: string,
    private readonly join: number,
  ) {}

  get areAllIn(): boolean {
    return this.#isRead && this.#told.every((isTold) => isTold)
  }

  /** Those that are new. */
  async *come(): AsyncGenerator<MemberResult, void> {
    for (let from = 0; !this.#isRead || from < this.#told.length; from += SLOTS_AT_ONCE) {
      if (this.#isRead && this.#told.slice(from, from + SLOTS_AT_ONCE).every((isTold) => isTold)) continue
      const slots = await this.engine.workflows.slots(this.id, this.join, from, SLOTS_AT_ONCE)
      yield* this.#new(slots, from)
      this.#isRead ||= slots.length < SLOTS_AT_ONCE
    }
  }

  *#new(slots: readonly Slot[], from: number): Generator<MemberResult, void> {
    for (const [at, slot] of slots.entries()) {
      const index = from + at
      const isNew = this.#told[index] !== true && slot.kind !== 'empty'
      this.#told[index] = this.#told[index] === true || isNew
      if (isNew) yield { index, ...settledSlot(this.id, slot, this.codec) }
    }
  }
}

/** The join of the group whose members are told of: of a chord its header's, of a chain its last group's. */
function groupIn(shape: Shape): number | undefined {
  if (typeof shape === 'number' || 'from' in shape) return undefined
  if (shape.kind === 'group') return shape.join
  const inner = partsOf(shape)
  for (const part of inner) {
    const join = groupIn(part)
    if (join !== undefined) return join
  }
  return undefined
}

const partsOf = ({ kind, parts }: ShapeComposed): readonly Shape[] => (kind === 'chord' ? parts : [...parts].reverse())

const noGroup = (id: string): TaskqError =>
  new TaskqError('TASKQ_WORKFLOW_INVALID', `iter: workflow ${id} has no group with members`, {
    hint: 'Its result is that of one job: get() waits for it.',
  })
