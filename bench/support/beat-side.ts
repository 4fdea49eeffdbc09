import type { App } from '../../dist/app/app.js'
import { planBeat } from '../../dist/app/beat-request.js'
import { Beat } from '../../dist/beat/beat.js'
import type { BeatEvent } from '../../dist/events/beat-event.js'
import type { Clock } from '../../dist/time/clock.js'
import type { Schedule } from './taskq-side.ts'

/** A beat, made but not started. */
export interface BenchBeat {
  readonly beat: Beat
  /** Resolves when it leads, and the stored entries are in line with the app's. */
  readonly leading: Promise<void>
}

const EXPECTED: ReadonlySet<string> = new Set(['schedules.reconciled', 'beat.standing-by'])

/** What a scenario wants of a beat. */
interface BeatWishes {
  /** Hears of each job that is enqueued, when the broker has said so. */
  readonly onSlot?: () => void
  /** Makes the beat's clock of the broker's. */
  readonly clockOf?: (broker: Clock) => Clock
}

/** Makes a beat of the app's entries. */
export async function openBeat(app: App, { onSlot, clockOf }: BeatWishes = {}): Promise<BenchBeat> {
  const { promise: leading, resolve } = Promise.withResolvers<void>()
  const onEvent = (event: BeatEvent) => {
    if (event.name === 'slot.enqueued') onSlot?.()
    else if (event.name === 'beat.leading') resolve()
    else if (!EXPECTED.has(event.name)) console.error(event)
  }
  const [engine, client] = await Promise.all([app.engine(), app.client()])
  const options = planBeat(app.config.schedule, engine, client, onEvent)
  const store = engine.openSchedules()
  return { beat: new Beat(store, { ...options, ...(clockOf && { clock: clockOf(store.clock) }) }), leading }
}

/** Entries that are due once a year, half a year from now. */
export function idleSchedule(entries: number): Schedule {
  const list = Array.from({ length: entries }, (_, n) => [`idle${n}`, { task: 'bench.Slot', cron: idlePattern(n) }])
  return Object.fromEntries(list)
}

/** The crontab of the n-th such entry. */
export function idlePattern(n: number): string {
  const month = ((new Date().getUTCMonth() + 6) % 12) + 1
  return `${n % 60} ${n % 24} ${1 + (n % 28)} ${month} *`
}
