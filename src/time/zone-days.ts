/**
 * How far each zone's clock is from UTC, told by `Intl` and remembered by the day (UTC): `Intl` takes a microsecond for
 * each answer, and a tenth of a millisecond and 50 KB for each zone's formatter.
 *
 * No zone has changed its clock twice within 48 hours since 1970, nor will it by any rule now known (the nearest two
 * changes are six days apart: Gaza, 2054). Equal offsets at both ends of a day therefore hold for the whole day.
 */

/** A change of a zone's clock, by daylight saving time or for good. */
export interface ZoneTransition {
  /** The first instant of the new time. */
  readonly atMs: number
  readonly offsetBeforeMs: number
  readonly offsetAfterMs: number
}

/** What is known of one zone. */
export interface KnownZone {
  readonly formatter: Intl.DateTimeFormat
  readonly days: Int32Array
  /** The offset at the beginning of each of `days`. */
  readonly offsetsMs: Int32Array
  /** By the day in which they lie. */
  readonly transitions: Map<number, ZoneTransition>
}

export const SECOND_MS = 1000
export const DAY_MS = 86_400_000

/** Zones remembered at a time: as many as there are, so that only odd spellings push others out. */
const MAX_ZONES = 512
/** Days remembered of each zone, a power of two: a day takes the place of the one that many days away. */
const DAYS = 512
const NO_DAY = 0x7fff_ffff
const MAX_TRANSITIONS = 128

const knownZones = new Map<string, KnownZone>()

/** Throws a RangeError for what is no zone. */
export function knownZone(tz: string): KnownZone {
  const known = knownZones.get(tz)
  if (known !== undefined) return known
  const zone: KnownZone = {
    formatter: new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' }),
    days: new Int32Array(DAYS).fill(NO_DAY),
    offsetsMs: new Int32Array(DAYS),
    transitions: new Map(),
  }
  remember(knownZones, tz, zone, MAX_ZONES)
  return zone
}

/** The offset at the beginning of a day. Days are counted from 1970, in UTC. */
export function offsetAtDay(zone: KnownZone, day: number): number {
  const place = day & (DAYS - 1)
  if (zone.days[place] !== day) {
    zone.offsetsMs[place] = askOffset(zone, day * DAY_MS)
    zone.days[place] = day
  }
  return zone.offsetsMs[place] as number
}

/** The change of the clock in the course of a day, if there is one. */
export function transitionOnDay(zone: KnownZone, day: number): ZoneTransition | undefined {
  const offsetBeforeMs = offsetAtDay(zone, day)
  const offsetAfterMs = offsetAtDay(zone, day + 1)
  if (offsetBeforeMs === offsetAfterMs) return undefined
  const known = zone.transitions.get(day)
  if (known !== undefined) return known
  const atMs = endOfOffset(zone, offsetBeforeMs, day * DAY_MS)
  const transition = { atMs, offsetBeforeMs, offsetAfterMs }
  remember(zone.transitions, day, transition, MAX_TRANSITIONS)
  return transition
}

/** Clocks change at whole seconds: halving the day finds the second in 17 steps. */
function endOfOffset(zone: KnownZone, offsetMs: number, dayStartMs: number): number {
  let same = 0
  let changed = DAY_MS / SECOND_MS
  while (changed - same > 1) {
    const middle = (same + changed) >> 1
    if (askOffset(zone, dayStartMs + middle * SECOND_MS) === offsetMs) same = middle
    else changed = middle
  }
  return dayStartMs + changed * SECOND_MS
}

/** `Intl` ends its text with the offset: `GMT`, `GMT+01:00`, `GMT-00:44:30`. */
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

function askOffset(zone: KnownZone, instantMs: number): number {
  const text = zone.formatter.format(instantMs)
  const match = OFFSET.exec(text)
  if (match === null) throw new RangeError(`Intl gave no offset but ${JSON.stringify(text)}`)
  const [, sign, hours = 0, minutes = 0, seconds = 0] = match
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * SECOND_MS
  return sign === '-' ? -size : size
}

function remember<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  const oldest = map.size >= max ? map.keys().next() : undefined
  if (oldest?.done === false) map.delete(oldest.value)
  map.set(key, value)
}
