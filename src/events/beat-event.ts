/** What Beat tells while it works. */
export type BeatEvent =
  /** This process leads now: it enqueues. */
  | { readonly name: 'beat.leading'; readonly entries: number }
  /** Another process leads; this one takes over when that one is gone. */
  | { readonly name: 'beat.standing-by'; readonly leader: string }
  /** This process led, and does no longer. */
  | { readonly name: 'beat.deposed'; readonly reason: string }
  /** The stored entries were brought in line with the code. Not said when nothing had changed. */
  | {
      readonly name: 'schedules.reconciled'
      readonly added: readonly string[]
      readonly changed: readonly string[]
      readonly removed: readonly string[]
    }
  /** A slot's job was enqueued, so many milliseconds after its time. */
  | {
      readonly name: 'slot.enqueued'
      readonly schedule: string
      readonly slotMs: number
      readonly jobId: string
      readonly lateMs: number
    }
  /** Slots did not run, by the entry's rules. */
  | {
      readonly name: 'slots.skipped'
      readonly schedule: string
      readonly reason: 'missed' | 'overlap'
      readonly count: number
    }
  /** A slot waits for the job before it; with `cancel`, that job was told to end. */
  | {
      readonly name: 'slot.held'
      readonly schedule: string
      readonly slotMs: number
      readonly jobId: string
      readonly revoked: boolean
    }
  /** A slot's job could not be made, or the broker refused it alone. The slot does not run. */
  | { readonly name: 'slot.failed'; readonly schedule: string; readonly slotMs: number; readonly message: string }
  /** An entry is there that cannot work here: it cannot be read, a later taskq wrote it, or all its slots are past. */
  | { readonly name: 'schedule.unusable'; readonly schedule: string; readonly reason: string }
  /** This machine's clock and the broker's are apart. Beat goes by the broker's. */
  | { readonly name: 'clock.skewed'; readonly skewMs: number }
  /** The broker no longer holds what it held: entries that were added while running may be gone. `detail` is for people. */
  | { readonly name: 'broker.data-lost'; readonly detail: string }
  /** The broker said no, or was away. */
  | { readonly name: 'broker.trouble'; readonly message: string }

/** Where Beat's events go. */
export type BeatEventSink = (event: BeatEvent) => void
