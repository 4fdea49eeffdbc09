import { closeSync, openSync, readSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Tally } from './row.ts'

/** What a task wrote of its run. */
export interface LedgerLine {
  readonly what: 'start' | 'end'
  readonly id: string
  readonly attempt: number
  readonly pid: number
  /** In milliseconds since 1970. */
  readonly at: number
}

const POLL_MS = 10

/**
 * Who was promised what, and what happened: the ids whose enqueue was acked, and the lines that tasks append to a file
 * as they start and end. A line that is written is there, whoever is killed afterwards.
 */
export class Ledger {
  readonly file: string
  readonly #lines: LedgerLine[] = []
  /** How many bytes of the file they are. */
  #read = 0
  readonly #acked = new Map<string, number>()
  readonly #dead = new Set<string>()
  /** When processes were killed: their runs ended there. */
  readonly #killed = new Map<number, number>()

  constructor(file: string) {
    this.file = file
    writeFileSync(file, '')
  }

  /** A job's enqueue was answered with yes. */
  ack(id: string): void {
    this.#acked.set(id, Date.now())
  }

  /** A job is a dead letter: not lost. */
  bury(id: string): void {
    this.#dead.add(id)
  }

  /** Whatever ran in a process ended now. */
  noteKilled(pid: number): void {
    this.#killed.set(pid, Date.now())
  }

  get acked(): readonly string[] {
    return [...this.#acked.keys()]
  }

  /** When enqueues were answered with yes. */
  get ackTimes(): readonly number[] {
    return [...this.#acked.values()]
  }

  /** All lines so far. */
  lines(): readonly LedgerLine[] {
    const { size } = statSync(this.file)
    if (size > this.#read) {
      // From the end of the last whole line on: a row of many thousand jobs asks often.
      const text = readFrom(this.file, this.#read, size)
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      this.#read += Buffer.byteLength(whole)
      for (const line of whole.split('\n').slice(0, -1)) this.#lines.push(parse(line))
    }
    return this.#lines
  }

  /** The starts, in the order in which they came. */
  starts(id?: string): LedgerLine[] {
    return this.lines().filter((line) => line.what === 'start' && (id === undefined || line.id === id))
  }

  ends(id?: string): LedgerLine[] {
    return this.lines().filter((line) => line.what === 'end' && (id === undefined || line.id === id))
  }

  /** Resolves with the first line that fits, also one that stands there already. */
  async line(fits: (line: LedgerLine) => boolean, timeoutMs = 30_000): Promise<LedgerLine> {
    return this.until(() => this.lines().find(fits), timeoutMs, 'a line of the ledger')
  }

  /** Resolves when all that was acked has ended, or is a dead letter. */
  async settled(timeoutMs = 60_000): Promise<void> {
    await this.until(
      () => this.lost.length === 0 || undefined,
      timeoutMs,
      () => `${this.lost.length} jobs to end`,
    )
  }

  /** Asks again and again, until there is an answer. */
  async until<T>(ask: () => T | undefined, timeoutMs: number, what: string | (() => string)): Promise<T> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const answer = ask()
      if (answer !== undefined) return answer
      if (Date.now() > deadline) {
        throw new Error(`waited ${timeoutMs / 1000} s in vain for ${typeof what === 'string' ? what : what()}`)
      }
      await setTimeout(POLL_MS)
    }
  }

  /** Jobs that were acked, and neither ended nor became dead letters. */
  get lost(): string[] {
    const ended = new Set(this.ends().map(({ id }) => id))
    return this.acked.filter((id) => !ended.has(id) && !this.#dead.has(id))
  }

  /** Pairs of runs of one job that ran at the same time. */
  get overlaps(): number {
    const running = new Map<string, Map<number, number>>()
    let overlaps = 0
    for (const { what, id, pid, at } of this.lines()) {
      const runs = running.get(id) ?? new Map<number, number>()
      running.set(id, runs)
      if (what === 'end') runs.delete(pid)
      else {
        for (const other of runs.keys()) {
          if ((this.#killed.get(other) ?? Number.POSITIVE_INFINITY) > at) overlaps++
        }
        runs.set(pid, at)
      }
    }
    return overlaps
  }

  /** The runs that were under way where a process was killed. */
  killedRuns(): { readonly id: string; readonly killedAt: number }[] {
    const lines = this.lines()
    const ended = new Set(lines.filter(({ what }) => what === 'end').map(({ id, pid }) => `${id} ${pid}`))
    return lines.flatMap(({ what, id, pid }) => {
      const killedAt = this.#killed.get(pid)
      return what === 'start' && killedAt !== undefined && !ended.has(`${id} ${pid}`) ? [{ id, killedAt }] : []
    })
  }

  /** Runs that ended a job which had ended before. */
  get duplicates(): number {
    const ends = new Map<string, number>()
    for (const { id } of this.ends()) ends.set(id, (ends.get(id) ?? 0) + 1)
    return [...ends.values()].reduce((sum, count) => sum + Math.max(0, count - 1), 0)
  }

  tally(): Tally {
    const starts = this.starts()
    const times = starts.map(({ at }) => at).sort((a, b) => a - b)
    const worstGapMs = times.reduce((worst, at, index) => Math.max(worst, at - (times[index - 1] ?? at)), 0)
    return {
      acked: this.#acked.size,
      runs: starts.length,
      lost: this.lost.length,
      duplicates: this.duplicates,
      worstGapMs,
    }
  }
}

function parse(line: string): LedgerLine {
  const [what, id = '', attempt, pid, at] = line.split(' ')
  return { what: what as LedgerLine['what'], id, attempt: Number(attempt), pid: Number(pid), at: Number(at) }
}

function readFrom(file: string, from: number, to: number): string {
  const descriptor = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(to - from)
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, from))
  } finally {
    closeSync(descriptor)
  }
}
