import type { RedisBroker } from '../../config/resolved-config.js'
import { readTime } from '../clock/broker-time.js'
import type { Connection } from '../connection/connection.js'
import { withDeadline } from '../connection/deadline.js'
import { runPipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { decodeMessage, type ReceivedMessage } from './control-message.js'
import { parseCommand } from './parse-command.js'
import { Subscription } from './subscription.js'
import type { WorkerCommand, WorkerReply } from './worker-command.js'

/** Who listens. */
export type Listener = Pick<WorkerReply, 'id' | 'worker'>

/** What became of a command. */
export type CommandOutcome = Pick<WorkerReply, 'ok' | 'text' | 'data'> & {
  /** Done when the answer was given, or cannot be given soon: it waits while the broker is away. */
  readonly afterwards?: () => void
}

/** Carries a command out. */
export type OnCommand = (command: WorkerCommand) => Promise<CommandOutcome>

/** Answers that nobody fetches are gone after this long. */
const REPLY_TTL_MS = 30_000
/** Nothing waits longer for an answer to be given. */
const ANSWER_MS = 1000
/** Longer than a task of this process may reasonably block it, which delays what the broker said. */
const CLOCK_MS = 5000

const TOO_LATE: CommandOutcome = {
  ok: false,
  text: 'it came too late, and was not carried out: nobody waited any more',
}

/** The worker's end of the control bus: hears commands, has them carried out one after the other, and answers. */
export class ControlListener {
  #work: Promise<void> = Promise.resolve()

  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
    private readonly listener: Listener,
    private readonly onCommand: OnCommand,
  ) {}

  /** Subscribes. Throws what {@link Subscription.open} throws. */
  open(broker: RedisBroker, timeoutMs: number): Promise<Subscription> {
    return Subscription.open(broker, this.keys.control, timeoutMs, (text) => {
      const message = decodeMessage(text, this.listener.id)
      if (message === undefined) return
      this.#work = this.#work.then(() => this.#carryOut(message))
    })
  }

  async #carryOut({ id, until, command }: ReceivedMessage): Promise<void> {
    const outcome = (await this.#isOver(until)) ? TOO_LATE : await this.#outcomeOf(command)
    const { afterwards, ...answer } = outcome
    if (id !== undefined) await this.#answer(id, { ...this.listener, ...answer })
    afterwards?.()
  }

  /**
   * Whether a command came too late: this process may have been frozen, or busy, since it was sent. Only the broker's
   * clock tells. One that cannot be asked cannot take the answer either, so that nobody would know what was done.
   */
  async #isOver(until: number | undefined): Promise<boolean> {
    if (until === undefined) return false
    const now = withDeadline(readTime(this.connection), CLOCK_MS, () => new Error('the broker is away'))
    return now.then(
      (at) => at > until,
      () => true,
    )
  }

  async #outcomeOf(raw: ReceivedMessage['command']): Promise<CommandOutcome> {
    const parsed = parseCommand(raw)
    if ('problem' in parsed) return { ok: false, text: parsed.problem }
    return this.onCommand(parsed.command).catch((error) => ({ ok: false, text: (error as Error).message }))
  }

  /**
   * An answer that the broker does not take is missing; whoever asked waits no longer than its time limit. One that
   * waits for the broker holds up neither what follows from the command nor the next one.
   */
  async #answer(id: string, reply: WorkerReply): Promise<void> {
    const stream = this.keys.replies(id)
    const pipeline = this.connection.pipeline().xadd(stream, '*', 'reply', JSON.stringify(reply))
    const given = runPipeline(pipeline.pexpire(stream, REPLY_TTL_MS))
    await withDeadline(given, ANSWER_MS, () => new Error('the broker is away')).catch(() => {})
  }
}
