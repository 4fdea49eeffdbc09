import type { ActiveJob, LaneConsumer, Pull } from '../../src/engine/consumer.js'
import { parseLane } from '../../src/engine/lanes/lane.js'

/** A lane without a broker: holds jobs that were put there, and notes what was asked of it. */
export class FakeLane {
  readonly jobs: ActiveJob[] = []
  pulls = 0
  waits = 0
  /** Until then every pull is answered so, in place of a job. */
  #answers: { until: number; answer: () => Pull } | undefined
  /** As the broker's: set when a job came or was taken, and one wait takes it away. */
  #marker = false
  #wake = () => {}

  constructor(readonly lane: string) {}

  get consumer(): LaneConsumer {
    return this as unknown as LaneConsumer
  }

  get name() {
    return parseLane(this.lane)
  }

  put(count: number): void {
    for (let n = 0; n < count; n++) this.jobs.push(fakeJob({ id: `${this.lane}-${n}`, lane: this.consumer }))
    this.#marker = true
    this.#wake()
  }

  /** What finishing a job and asking for the next one in one step gives. */
  next(): Pull {
    const job = this.jobs.shift()
    if (job !== undefined) this.#marker = true
    return job === undefined ? {} : { job }
  }

  async pull(): Promise<Pull> {
    this.pulls++
    const answers = this.#answers
    return answers !== undefined && performance.now() < answers.until ? answers.answer() : this.next()
  }

  /** Is at its rate limit for so long. */
  limitFor(ms: number): void {
    const until = performance.now() + ms
    this.#answers = { until, answer: () => ({ limitedForMs: until - performance.now() }) }
  }

  /** Answers with an error for so long. */
  failFor(ms: number): void {
    const answer = () => {
      throw new Error('away')
    }
    this.#answers = { until: performance.now() + ms, answer }
  }

  msUntil(at: number): number {
    return at - Date.now()
  }

  async waitForWork(): Promise<void> {
    this.waits++
    if (!this.#marker) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#marker = false
  }

  async wake(): Promise<void> {
    this.#wake()
  }
}

/** A job that no broker knows. */
export function fakeJob(over: Partial<ActiveJob> = {}): ActiveJob {
  const lane = over.lane ?? new FakeLane('default').consumer
  return {
    id: 'j1',
    token: 't',
    task: 'send',
    data: '{"v":1,"args":[]}',
    enqueuedAt: 0,
    delayMs: 0,
    attemptsMade: 0,
    startedAt: 0,
    taken: 1,
    crashes: 0,
    revoked: undefined,
    askedAt: performance.now(),
    ...over,
    lane,
  }
}
