import { TaskqError } from '../errors/taskq-error.js'
import type { WorkflowPart } from '../task/names.js'
import type { BrokerLink } from './connection/broker-link.js'
import { withDeadline, withinTime } from './connection/deadline.js'

/** A job on its way to the broker. */
export interface NewJob {
  readonly id: string
  readonly lane: string
  readonly task: string
  /** The envelope, as JSON. */
  readonly data: string
  /** Milliseconds until it may run; 0 for now. */
  readonly delayMs: number
  /** When it was enqueued, where it is not the clock of whoever adds it that says so. */
  readonly enqueuedAtMs?: number
  /** 0 to 9, 9 first; left out where its queue has no priorities. */
  readonly priority?: number
  /** What makes it the same as another job; then that one stands for it. */
  readonly sameJob?: SameJob
  /** What makes it the same call as another one; then that one's job stands for it, also after its end. */
  readonly idempotency?: { readonly id: string; readonly ttlMs: number }
  /** What tells this call from others, where its id is one that callers give: another may have given the same. */
  readonly caller?: string
  /** Under which keys limits count it: where the broker holds them, it waits in its key's own row. */
  readonly keys?: { readonly rate?: string; readonly concurrency?: string }
  /** When it expires, in milliseconds since 1970: then it spends nothing of its key's rate. */
  readonly expiresAt?: number
  /** The job whose run enqueued it, which is to know its children, for so long. */
  readonly parent?: { readonly id: string; readonly keepMs: number }
  /** The part of a workflow that it is: the workflow's record learns that it is there. */
  readonly part?: HandedPart
  /** Since when its caller waits, by `performance.now()`, where that is longer than for the broker's answer. */
  readonly askedAt?: number
}

/** A part, and since when the caller has had it of its workflow, by `performance.now()`, where that is known. */
export interface HandedPart extends WorkflowPart {
  readonly handedAt?: number
}

/** When a job is the same as another one that is there. `id` is unique among all tasks of the app. */
export type SameJob =
  | { readonly kind: 'unique'; readonly id: string; readonly until: 'started' | 'done' }
  | { readonly kind: 'unique-for' | 'throttle'; readonly id: string; readonly forMs: number }
  | { readonly kind: 'debounce'; readonly id: string; readonly waitMs: number }
  | { readonly kind: 'keep-latest'; readonly id: string }

/** The job that stands for a call: its own, or one that was there. */
export interface AddedJob {
  readonly id: string
  /** False where it was there already. */
  readonly isNew: boolean
  /** Where it is, where it is not where the call's would be. */
  readonly lane?: string
}

/** A job, and whoever waits to hear of it. */
export interface Entry {
  readonly job: NewJob
  readonly resolve: (added: AddedJob) => void
  readonly reject: (error: unknown) => void
}

/** What deliveries share: when the broker last answered. While it answers, a long row of batches is no outage. */
export interface Answers {
  lastAt: number
}

/** Brings one batch to the broker within the deadline, over as many connections as that takes. */
export class Delivery {
  readonly #startedAt: number
  #mayExist = false
  #lastError: Error | undefined

  constructor(
    private readonly entries: readonly Entry[],
    /** Calls back when the broker has made jobs, also where more is to be asked of it then. */
    private readonly send: (entries: readonly Entry[], onAnswer: () => void) => Promise<void>,
    private readonly link: BrokerLink,
    private readonly timeoutMs: number,
    private readonly answers: Answers,
  ) {
    this.#startedAt = Math.min(performance.now(), ...entries.map(({ job }) => job.askedAt ?? Number.POSITIVE_INFINITY))
  }

  async run(): Promise<void> {
    while (this.#leftMs() > 0) {
      try {
        if (!this.link.ready) await this.link.whenReady(this.#leftMs())
        await this.#attempt()
        this.answers.lastAt = performance.now()
        return
      } catch (error) {
        this.#lastError = error as Error
        if (isFinal(error)) return this.#rejectAll(error)
        await new Promise((resolve) => setTimeout(resolve, Math.min(50, this.timeoutMs)))
      }
    }
    this.#giveUp()
  }

  #leftMs(): number {
    return Math.max(this.#startedAt, this.answers.lastAt) + withinTime(this.timeoutMs) - performance.now()
  }

  async #attempt(): Promise<void> {
    // What is only sent again is no sign that anything goes on.
    const isFirst = !this.#mayExist
    const sent = this.send(this.entries, () => {
      this.#mayExist = true
      if (isFirst) this.answers.lastAt = performance.now()
    })
    try {
      await this.#answerTo(sent)
    } catch (error) {
      // "isn't writeable" is said before anything is written; all else may have reached the broker.
      if (!/isn't writeable/.test((error as Error).message)) this.#mayExist = true
      throw error
    }
  }

  /** The connection is given up only when nothing at all has come back on it for the whole time. */
  async #answerTo(sent: Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await withDeadline(sent, Math.max(1, this.#leftMs()), () => NO_ANSWER)
      } catch (error) {
        if (error !== NO_ANSWER) throw error
        if (this.#leftMs() <= 0) throw this.link.silent()
      }
    }
  }

  #giveUp(): void {
    const cause = this.#lastError
    const reason = cause?.message ?? 'no answer'
    this.#rejectAll(
      this.#mayExist
        ? new TaskqError('TASKQ_ENQUEUE_UNKNOWN', `the broker did not confirm the job, which may exist: ${reason}`, {
            hint: 'Ask for its state later by its id, in error.data.jobId, or make the task idempotent and enqueue again.',
            cause,
          })
        : new TaskqError('TASKQ_ENQUEUE_NOT_SENT', `the job does not exist: ${reason}`, {
            hint: 'Is the broker running? It is safe to enqueue again.',
            cause,
          }),
    )
  }

  #rejectAll(error: unknown): void {
    for (const { job, reject } of this.entries) reject(withJob(error, job))
  }
}

/** The broker's own "no" is final; a lost connection or a broker that is not ready yet is not. */
export function isFinal(error: unknown): boolean {
  if (error instanceof TaskqError) return FINAL.has(error.code)
  const { name, message } = error as Error
  if (name !== 'ReplyError') return false
  return !/^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED)/.test(message)
}

const FINAL: ReadonlySet<string> = new Set(['TASKQ_BROKER_AUTH', 'TASKQ_ENQUEUE_UNREPLICATED'])

/** The error of one job of a batch: with its task in the message, and its id in `data`. */
export function withJob(error: unknown, job: Pick<NewJob, 'id' | 'task'>): TaskqError {
  const data = { jobId: job.id, task: job.task }
  if (error instanceof TaskqError) {
    const { code, message, hint, cause } = error
    return new TaskqError(code, `${job.task}: ${message}`, { ...(hint !== undefined && { hint }), cause, data })
  }
  return new TaskqError(
    'TASKQ_ENQUEUE_REFUSED',
    `${job.task}: the broker refused the job: ${(error as Error).message}`,
    {
      hint: 'The job does not exist. OOM means that Redis is at maxmemory; NOPERM that the user lacks a command.',
      cause: error,
      data,
    },
  )
}

const NO_ANSWER = new Error('no answer in time')
