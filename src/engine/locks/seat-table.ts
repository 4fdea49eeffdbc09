import type { HeldJob } from './held-job.js'

/** A job as its lock has it. */
export interface SeatedJob extends HeldJob {
  /** What the names of its lane's keys begin with. */
  readonly base: string
  /** How often it had been taken when it was: where that is known, a lock that is over can be taken again. */
  readonly taken?: number
}

/** A place in a table. */
export type Seat = number

const SEAT_BYTES = 512
const SEATS = 1024
/** In a seat: its version, when its lock was renewed, how many bytes each text has, how often it was taken; then the texts. */
const VERSION = 0
const RENEWED_AT = 1
const LENGTHS = 2
const TAKEN = 5
const TEXT = 24
const UNKNOWN = -1
const TEXT_BYTES = SEAT_BYTES - TEXT
const INTS = SEAT_BYTES / 4

/**
 * The jobs that a worker holds, in memory that two threads share: one fills and empties seats, the other reads them,
 * also while the first is stuck in a task. Nobody waits for anybody: a seat's version tells whether it is being
 * written (odd), and whether it was while it was read (it has changed).
 *
 * Times are whole milliseconds that may overflow: only their differences mean anything, see {@link ageAt}.
 */
export class SeatTable {
  readonly #ints: Int32Array
  readonly #bytes: Buffer
  readonly #free: Seat[] = []
  /** Seats from here on were never filled. */
  #fresh = 0

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(SEATS * SEAT_BYTES)) {
    this.#ints = new Int32Array(memory)
    this.#bytes = Buffer.from(memory)
  }

  get isFull(): boolean {
    return this.#free.length === 0 && this.#fresh === SEATS
  }

  /** Seats a job; undefined where its names are longer than a seat. Not to be called when the table is full. */
  fill({ base, id, token, taken = UNKNOWN }: SeatedJob, renewedAt: number): Seat | undefined {
    const text = base + id + token
    // A character is three bytes at most.
    if (text.length * 3 > TEXT_BYTES && Buffer.byteLength(text) > TEXT_BYTES) return undefined
    const seat = this.#free.pop() ?? this.#fresh++
    const ints = this.#ints
    const at = seat * INTS
    Atomics.add(ints, at + VERSION, 1)
    ints[at + RENEWED_AT] = renewedAt
    const bytes = this.#bytes.write(text, seat * SEAT_BYTES + TEXT, 'utf8')
    // As many bytes as characters: each is one byte.
    const lengthOf = bytes === text.length ? lengthInAscii : Buffer.byteLength
    ints[at + LENGTHS] = lengthOf(base)
    ints[at + LENGTHS + 1] = lengthOf(id)
    ints[at + LENGTHS + 2] = lengthOf(token)
    ints[at + TAKEN] = taken
    Atomics.add(ints, at + VERSION, 1)
    return seat
  }

  /** The lock of the job in this seat was renewed. Where another job sits there by now, its own is renewed sooner. */
  note(seat: Seat, renewedAt: number): void {
    Atomics.store(this.#ints, seat * INTS + RENEWED_AT, renewedAt)
  }

  empty(seat: Seat): void {
    const at = seat * INTS
    Atomics.add(this.#ints, at + VERSION, 1)
    this.#ints[at + LENGTHS] = 0
    Atomics.add(this.#ints, at + VERSION, 1)
    this.#free.push(seat)
  }

  /** The seated jobs whose lock was not renewed for `ageMs`. For the other thread. */
  overdue(now: number, ageMs: number): (SeatedJob & { readonly seat: Seat })[] {
    const found = []
    for (let seat = 0; seat < SEATS; seat++) {
      const version = Atomics.load(this.#ints, seat * INTS + VERSION)
      if (version === 0) break
      if (ageAt(now, Atomics.load(this.#ints, seat * INTS + RENEWED_AT)) < ageMs) continue
      const job = this.#read(seat)
      const isWhole = version % 2 === 0 && Atomics.load(this.#ints, seat * INTS + VERSION) === version
      if (isWhole && job !== undefined) found.push({ seat, ...job })
    }
    return found
  }

  #read(seat: Seat): SeatedJob | undefined {
    const at = seat * INTS + LENGTHS
    const [base = 0, id = 0, token = 0, taken = UNKNOWN] = this.#ints.subarray(at, at + 4)
    if (base === 0) return undefined
    const start = seat * SEAT_BYTES + TEXT
    const text = (from: number, length: number) => this.#bytes.toString('utf8', start + from, start + from + length)
    const names = { base: text(0, base), id: text(base, id), token: text(base + id, token) }
    return taken === UNKNOWN ? names : { ...names, taken }
  }
}

/** How long ago a time was, where both are whole milliseconds that may have overflown. */
export const ageAt = (now: number, then: number): number => (now - then) | 0

const lengthInAscii = (text: string): number => text.length
