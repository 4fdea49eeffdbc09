import { safeText } from '../codec/safe-text.js'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import { formatDuration } from '../time/duration.js'
import type { Dispatcher } from './dispatcher.js'
import type { Lane } from './dispatcher-lane.js'

/** A wait for a job takes ten seconds at most, and is followed by a question: a lane without an answer for longer is stuck. */
const STUCK_MS = 20_000
/** So long without an answer, and only a new process helps. */
const GIVE_UP_MS = 60_000
/** A process that was frozen, or busy, must not think that its lanes were. */
const LONGEST_STEP_MS = 2000
/** Heartbeats go every five seconds, and are given up after six. */
const UNHEARD_MS = 15_000

/** What is watched, and who is told. */
export interface WatchedConsumption {
  readonly dispatcher: Pick<Dispatcher, 'expectant'>
  /** Whether there is a connection that commands can go over. */
  readonly isConnected: () => boolean
  /** The worker takes no jobs. Where nobody else can help, it is given up after `endsInMs`, unless that changes. */
  readonly onStuck: (reason: string, endsInMs?: number) => void
  readonly onGivenUp: (error: TaskqError) => void
}

/** A lane that should answer, and since when it has not, by what was seen of it. */
interface Quiet {
  readonly answers: number
  forMs: number
}

/**
 * Watches whether a worker consumes: whether each lane that has a free slot is asked for jobs, and answers. A lane that
 * is empty, paused or at its limit answers, too; so this tells a worker that is idle from one that hangs, which the
 * broker's own answers do not: they come over the same connection while a wait, or a question, is lost.
 *
 * While the broker is away nothing is counted: it is waited for. A lane that the broker refuses is not given up either,
 * for a new process would be refused as well.
 */
export class ConsumptionWatch {
  #quiet = new Map<Lane, Quiet>()
  #lookedAt = performance.now()
  #heardAt = performance.now()
  #refused: { readonly message: string; readonly at: number } | undefined
  #trouble: string | undefined
  #isGivenUp = false

  constructor(private readonly watched: WatchedConsumption) {}

  /** Notes how the broker answers a heartbeat, and passes the answer on. */
  async hear<Answer>(beat: Promise<Answer>): Promise<Answer> {
    try {
      const answer = await beat
      this.#heardAt = performance.now()
      return answer
    } catch (error) {
      const { message } = error as Error
      this.#refused = isNo(message) ? { message, at: performance.now() } : undefined
      throw error
    }
  }

  /** Why the worker takes no jobs; undefined where it does, or would. */
  get trouble(): string | undefined {
    if (this.#isHeard) return this.#trouble
    const refused = this.#refused
    const isNow = refused !== undefined && performance.now() - refused.at < UNHEARD_MS
    if (!isNow || !this.watched.isConnected()) return 'the broker does not answer'
    return `the broker refuses what the worker tells it: ${safeText(refused.message, 300)}`
  }

  /** To be called about once a second. */
  async look(): Promise<void> {
    const now = performance.now()
    const stepMs = Math.min(now - this.#lookedAt, LONGEST_STEP_MS)
    this.#lookedAt = now
    this.#quiet = this.#isHeard ? this.#grow(stepMs) : new Map()
    const [worst] = [...this.#quiet].sort(byUrgency)
    if (worst === undefined || worst[1].forMs < STUCK_MS) this.#trouble = undefined
    else this.#tell(...worst)
  }

  get #isHeard(): boolean {
    return this.watched.isConnected() && performance.now() - this.#heardAt < UNHEARD_MS
  }

  #grow(stepMs: number): Map<Lane, Quiet> {
    const quiet = new Map<Lane, Quiet>()
    for (const lane of this.watched.dispatcher.expectant) {
      const before = this.#quiet.get(lane)
      const isQuiet = before?.answers === lane.answers
      quiet.set(lane, { answers: lane.answers, forMs: isQuiet ? before.forMs + stepMs : 0 })
    }
    return quiet
  }

  #tell(lane: Lane, { forMs }: Quiet): void {
    const isNew = this.#trouble === undefined
    this.#trouble = describe(lane, forMs)
    const canBeHelped = !isRefused(lane)
    if (isNew) this.watched.onStuck(this.#trouble, canBeHelped ? GIVE_UP_MS - STUCK_MS : undefined)
    if (forMs < GIVE_UP_MS || !canBeHelped || this.#isGivenUp) return
    this.#isGivenUp = true
    this.watched.onGivenUp(stuck(this.#trouble))
  }
}

const stuck = (reason: string) =>
  new TaskqError('TASKQ_WORKER_STUCK', `the worker takes no jobs: ${reason}`, {
    hint: 'Its supervisor starts it anew; `taskq doctor` tells how the broker does.',
  })

/** What a new process may help comes first, then what is longest. */
const byUrgency = ([one, a]: [Lane, Quiet], [other, b]: [Lane, Quiet]): number =>
  Number(isRefused(one)) - Number(isRefused(other)) || b.forMs - a.forMs

const isRefused = ({ refusal }: Lane): boolean =>
  refusal !== undefined && (isTaskqError(refusal) || isNo(refusal.message))

/** Whether the broker itself said no: its answers have a name, as `NOPERM` or `ERR`, and a lost connection has none. */
const isNo = (message: string): boolean => /^-?[A-Z]{3,} /.test(message)

function describe({ consumer, pulling, refusal }: Lane, forMs: number): string {
  const lane = `queue ${safeText(consumer.lane, 200)}`
  const time = formatDuration(Math.floor(forMs / 1000) * 1000)
  if (refusal !== undefined) return `${lane} has given no answer for ${time}: ${safeText(refusal.message, 300)}`
  if (pulling > 0) return `${lane} was asked for a job, and has not answered for ${time}`
  return `${lane} was not asked for a job for ${time}, though there is a free slot`
}
