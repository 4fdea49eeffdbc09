import type { NewJob } from '../engine/delivery.js'
import { isTaskqError } from '../errors/taskq-error.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import { slotJobId } from '../schedule/slot-id.js'
import type { JobPort } from './beat-options.js'

/** A slot's job, or why it cannot be made. */
export type SlotJob = { readonly slotMs: number } & ({ readonly job: NewJob } | { readonly message: string })

/** The jobs of an entry's slots, each made when it is first asked for. */
export class SlotJobs {
  readonly #made = new Map<number, Promise<SlotJob>>()

  constructor(
    private readonly entry: ScheduleEntry,
    private readonly nowMs: number,
    private readonly jobs: JobPort,
  ) {}

  of(slotMs: number): Promise<SlotJob> {
    const made = this.#made.get(slotMs) ?? this.#make(slotMs)
    this.#made.set(slotMs, made)
    return made
  }

  async #make(slotMs: number): Promise<SlotJob> {
    const { name, task, args, options } = this.entry
    try {
      const job = await this.jobs.plan({ id: slotJobId(name, slotMs), task, args, options, schedule: { name, slotMs } })
      return { slotMs, job: { ...job, enqueuedAtMs: Math.round(this.nowMs) } }
    } catch (error) {
      if (isPassing(error)) throw error
      return { slotMs, message: (error as Error).message }
    }
  }
}

/** Whether an error says that the broker is away or not ready, so that the same is worth another try. */
export function isPassing(error: unknown): boolean {
  if (isTaskqError(error)) return PASSING.has(error.code)
  const { name, message } = error as Error
  return name === 'ReplyError' && !/^WRONGTYPE/.test(message)
}

const PASSING: ReadonlySet<string> = new Set([
  'TASKQ_ENQUEUE_NOT_SENT',
  'TASKQ_BROKER_UNREACHABLE',
  'TASKQ_BROKER_AUTH',
  'TASKQ_BROKER_REFUSED',
])
