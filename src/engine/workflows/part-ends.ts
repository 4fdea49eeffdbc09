import type { RedisQueueBackend } from 'bullmq'
import type { JobFailure } from '../../errors/job-failure.js'
import { partOf } from '../../task/names.js'
import { withTime } from '../clock/timed-scripts.js'
import type { Connection } from '../connection/connection.js'
import { engineScript } from '../engine-script.js'
import type { Keys } from '../keys.js'
import { ENGINE_KEYS, finishNotPastRows } from '../limits/lane-gate.js'
import { LEDGER, MOST_HANDED } from './ledger-script.js'
import { type MoveReply, parseMove } from './move-reply.js'
import type { WorkflowMove } from './workflow-record.js'

/** What a part's end is for its workflow: done with its result, a `StoredValue` as JSON where it is known, or failed. */
type PartEnd = { readonly stored: unknown; readonly payload: string | undefined } | { readonly failure: JobFailure }

/** How one part ends. */
export interface EndingPart {
  /** The engine's operations: by these the end becomes known to the workflow, too. */
  readonly backend: RedisQueueBackend
  /** What the end let begin, once it is told. */
  readonly move: WorkflowMove | undefined
}

/** A connection that has learnt the scripts. */
interface Scripted {
  [name: string]: (...keysAndArgs: unknown[]) => Promise<number | readonly [unknown, MoveReply]>
}

/** How the engine's backend runs a script. */
interface Executing {
  execCommand(client: unknown, command: string, args: readonly unknown[]): Promise<unknown>
}

/**
 * Ends jobs that are parts of workflows: the engine's own script that ends a job is wrapped, so that a job's end and what
 * its workflow makes of it are one step of the broker. Jobs of their own end as ever, by the engine's script alone.
 */
export class PartEnds {
  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
    private readonly lane: string,
    private readonly backend: RedisQueueBackend,
    /** Whether the lane is that of a single task: its jobs may stand in rows. */
    private readonly isGated: boolean,
    private readonly now: () => number,
  ) {}

  /** How this job is to end, where it is a part; undefined for a job of its own. */
  of(id: string, end: PartEnd): EndingPart | undefined {
    const ended = partOf(id)?.node
    if (ended === undefined) return undefined
    const told: { backend: RedisQueueBackend; move: WorkflowMove | undefined } = {
      backend: Object.create(this.backend) as RedisQueueBackend,
      move: undefined,
    }
    const executing = told.backend as unknown as Executing
    executing.execCommand = async (_client, command, args) => {
      const askedAt = performance.now()
      const reply = await this.#finish(withTime(command, args, this.now), toldOf(id, end))
      if (!Array.isArray(reply)) return reply
      const move = parseMove(reply[1], askedAt)
      told.move = move && { ...move, ended }
      return reply[0]
    }
    return told
  }

  #finish(args: readonly unknown[], told: readonly string[]) {
    const name = this.isGated ? 'taskqEndPartInRows' : 'taskqEndPart'
    if (!(name in this.connection)) this.#teach(name)
    const keys = args.slice(0, ENGINE_KEYS.moveToFinished)
    if (this.isGated) keys.push(this.keys.keyed(this.lane, 'waiting'))
    const values = args.slice(ENGINE_KEYS.moveToFinished)
    const run = (this.connection as unknown as Scripted)[name] as Scripted[string]
    return run.call(this.connection, ...keys, ...values, this.keys.prefix, ...told)
  }

  #teach(name: string): void {
    const { lua } = engineScript(this.connection, 'moveToFinished')
    const script = this.isGated ? finishNotPastRows(lua) : lua
    const numberOfKeys = ENGINE_KEYS.moveToFinished + (this.isGated ? 1 : 0)
    this.connection.defineCommand(name, { numberOfKeys, lua: endingPart(script) })
  }
}

/** How a part ended, as the ledger reads it. */
const toldOf = (id: string, end: PartEnd): readonly string[] =>
  'failure' in end
    ? ['f', JSON.stringify(withoutStack(end.failure))]
    : ['d', end.payload ?? JSON.stringify({ id, stored: end.stored ?? null })]

/** Stacks are kept with the job. */
function withoutStack({ stack: _, cause, ...failure }: JobFailure): JobFailure {
  return { ...failure, ...(cause !== undefined && { cause: withoutStack(cause) }) }
}

/** How many arguments the engine's script has. */
const FINISH_ARGS = 9

/** A job that the broker did not end, since another worker has it, is not settled either. */
const endingPart = (moveToFinished: string): string => `
local function finish(KEYS, ARGV)
${moveToFinished}
end
${LEDGER}
local id, root, how, payload = ARGV[1], unpack(ARGV, ${FINISH_ARGS + 1}, ${FINISH_ARGS + 3})
local answer = finish(KEYS, ARGV)
if type(answer) == 'number' and answer < 0 then return answer end
return {answer, settleNode(root, id, how, payload, ${MOST_HANDED})}
`
