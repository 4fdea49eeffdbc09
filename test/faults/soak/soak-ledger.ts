import { closeSync, openSync, readSync } from 'node:fs'

/** One run of a task, as far as it is known. */
interface Run {
  readonly kind: string
  readonly pid: number
}

/** What became of one call. */
interface Course {
  readonly ids: Set<string>
  readonly running: Map<number, Run>
  ends: number
}

const CHUNK_BYTES = 1 << 20

/** Reads what was added to a file since the last time, line by line. */
export class Tail {
  readonly #file: number
  #rest = ''

  constructor(path: string) {
    this.#file = openSync(path, 'a+')
  }

  *lines(): Generator<string> {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (;;) {
      const length = readSync(this.#file, chunk, 0, CHUNK_BYTES, null)
      if (length === 0) return
      const lines = (this.#rest + chunk.toString('utf8', 0, length)).split('\n')
      this.#rest = lines.pop() ?? ''
      yield* lines
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

/**
 * What was promised and what happened, call by call, kept up with while the soak goes on. A run lasts from its start to
 * its end, or to the end of its process.
 */
export class SoakLedger {
  readonly rejected = new Map<string, number>()
  readonly overlaps: string[] = []
  /** The most runs of one kind at the same time. */
  readonly most = new Map<string, number>()
  /** The times of all starts, by kind. */
  readonly starts = new Map<string, number[]>()
  /** Calls that were answered with yes; of those that met in one job, each. */
  ackedCalls = 0
  runs = 0
  /** Starts of what was not due at once. */
  timedStarts = 0
  /** The most that such a start came too early, in milliseconds; below 0 where none did. */
  earliestMs = Number.NEGATIVE_INFINITY
  duplicates = 0
  cutShort = 0
  worstGapMs = 0
  readonly #acked = new Set<string>()
  readonly #buried = new Set<string>()
  readonly #courses = new Map<string, Course>()
  readonly #running = new Map<string, number>()
  readonly #pids = new Set<number>()
  readonly #gone = new Map<number, number>()
  readonly #runs: Tail
  readonly #acks: Tail
  #lastStart = Number.NaN

  /**
   * @param runs the file that tasks write to
   * @param acks the file that the producer writes to
   */
  constructor(runs: string, acks: string) {
    this.#runs = new Tail(runs)
    this.#acks = new Tail(acks)
  }

  /** A process ended, or is about to be killed: so do its runs. */
  noteGone(pid: number): void {
    this.read()
    if (this.#gone.has(pid)) return
    this.#gone.set(pid, Date.now())
    for (const course of this.#courses.values()) {
      const run = course.running.get(pid)
      if (run === undefined) continue
      this.cutShort++
      this.#endRun(course, run)
    }
  }

  /** Jobs and workflows that were promised. */
  get acked(): number {
    return this.#acked.size
  }

  /** Whether a process has run anything. */
  hasRunIn(pid: number): boolean {
    return this.#pids.has(pid)
  }

  /** A job is a dead letter: its call is not lost. */
  bury(id: string): void {
    for (const [token, { ids }] of this.#courses) if (ids.has(id)) this.#buried.add(token)
  }

  /** Takes in what was written since the last time. */
  read(): void {
    for (const line of this.#runs.lines()) this.#takeRun(line)
    for (const line of this.#acks.lines()) this.#takeAck(line)
  }

  /** Calls that were answered with yes, and have neither ended nor become dead letters. */
  lost(): string[] {
    return [...this.#acked].filter((token) => (this.#courses.get(token)?.ends ?? 0) === 0 && !this.#buried.has(token))
  }

  /** Calls that became more than one job. */
  doubled(): string[] {
    return [...this.#courses].filter(([, { ids }]) => ids.size > 1).map(([token]) => token)
  }

  /** What is known of a call, for people. */
  describe(token: string): string {
    const { ids, ends, running } = this.#courses.get(token) ?? { ids: new Set(), ends: 0, running: new Map() }
    return `${token} (jobs ${[...ids].join(' ') || 'never seen'}, ends ${ends}, running in ${[...running.keys()].join(' ') || 'none'})`
  }

  close(): void {
    this.#runs.close()
    this.#acks.close()
  }

  #takeAck(line: string): void {
    const [what, name = ''] = line.split(' ')
    if (what !== 'ack') return void this.rejected.set(name, (this.rejected.get(name) ?? 0) + 1)
    this.ackedCalls++
    this.#acked.add(name)
  }

  #takeRun(line: string): void {
    const [what, token = '', kind = '', id = '', , pidText, atText] = line.split(' ')
    const pid = Number(pidText)
    const course = this.#courseOf(token)
    course.ids.add(id)
    if (what === 'start') return this.#start(course, { kind, pid }, token, Number(atText))
    const run = course.running.get(pid)
    if (run !== undefined) this.#endRun(course, run)
    if (what === 'end' && ++course.ends > 1) this.duplicates++
  }

  #start(course: Course, run: Run, token: string, at: number): void {
    this.runs++
    this.#pids.add(run.pid)
    this.worstGapMs = Math.max(this.worstGapMs, at - this.#lastStart || 0)
    this.#lastStart = at
    this.#noteTime(run.kind, token, at)
    if (course.running.size > 0) {
      this.overlaps.push(`${token} (${run.kind}) in ${run.pid} beside ${[...course.running.keys()].join(' ')} at ${at}`)
    }
    // A line of a process that is gone by now: its run is over, too.
    if (this.#gone.has(run.pid)) return
    course.running.set(run.pid, run)
    const now = (this.#running.get(run.kind) ?? 0) + 1
    this.#running.set(run.kind, now)
    this.most.set(run.kind, Math.max(now, this.most.get(run.kind) ?? 0))
  }

  #noteTime(kind: string, token: string, at: number): void {
    const times = this.starts.get(kind) ?? []
    this.starts.set(kind, times)
    times.push(at)
    const [, due] = token.split('@')
    if (due === undefined) return
    this.timedStarts++
    this.earliestMs = Math.max(this.earliestMs, Number(due) - at)
  }

  #endRun(course: Course, run: Run): void {
    course.running.delete(run.pid)
    this.#running.set(run.kind, (this.#running.get(run.kind) ?? 0) - 1)
  }

  #courseOf(token: string): Course {
    const known = this.#courses.get(token)
    if (known !== undefined) return known
    const course = { ids: new Set<string>(), running: new Map<number, Run>(), ends: 0 }
    this.#courses.set(token, course)
    return course
  }
}
