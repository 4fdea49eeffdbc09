import { DAY_MS, knownZone, offsetAtDay, transitionOnDay, type ZoneTransition } from './zone-days.js'
import { formatOffset, formatWall, parseIsoText } from './zone-text.js'

/** What a zone looks like, for messages. */
export const ZONE_FORM = "an IANA time zone such as 'Europe/Berlin' or 'UTC'"

/** What an instant looks like, for messages. */
export const INSTANT_FORM =
  "an instant from 1970 to 2200: a Date, milliseconds, or text such as '2026-12-24T18:00' or '2026-12-24T18:00Z'"

const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/
/** Java's old short names. `Intl` knows some still, though no zone is called so: its BST is Dhaka, its IST Calcutta. */
const SHORT_NAMES =
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'
const NO_ZONES = new Set(SHORT_NAMES.split(' '))

/** The name of a zone that this Node knows; not an offset such as `+02:00`, which knows no daylight saving time. */
export function isZone(name: unknown): name is string {
  if (typeof name !== 'string' || !ZONE_NAME.test(name)) return false
  if (NO_ZONES.has(name.toUpperCase()) || /^systemv\//i.test(name)) return false
  try {
    knownZone(name)
    return true
  } catch {
    return false
  }
}

/** What a zone's clock shows beyond UTC at an instant. Throws a RangeError for what is no zone. */
export function zoneOffsetMs(tz: string, instantMs: number): number {
  const zone = knownZone(tz)
  const day = Math.floor(instantMs / DAY_MS)
  const transition = transitionOnDay(zone, day)
  if (transition === undefined) return offsetAtDay(zone, day)
  return instantMs < transition.atMs ? transition.offsetBeforeMs : transition.offsetAfterMs
}

/** What the clock on the wall shows at an instant, as milliseconds since 1970 as though it were UTC. */
export function wallMsAt(tz: string, instantMs: number): number {
  return instantMs + zoneOffsetMs(tz, instantMs)
}

/** The first change of a zone's clock after one instant and up to another. Looks at each day between: ask for few. */
export function transitionWithin(tz: string, afterMs: number, untilMs: number): ZoneTransition | undefined {
  const zone = knownZone(tz)
  const lastDay = Math.floor(untilMs / DAY_MS)
  for (let day = Math.floor(afterMs / DAY_MS); day <= lastDay; day++) {
    const transition = transitionOnDay(zone, day)
    if (transition !== undefined && transition.atMs > afterMs && transition.atMs <= untilMs) return transition
  }
  return undefined
}

/**
 * The change of the clock that leaves out or repeats this time on the wall, if there is one. Offsets lie within a day
 * of UTC, so that it can only be the change between one day before and one day after.
 */
export function transitionOver(tz: string, wallMs: number): ZoneTransition | undefined {
  if (zoneOffsetMs(tz, wallMs - DAY_MS) === zoneOffsetMs(tz, wallMs + DAY_MS)) return undefined
  const transition = transitionWithin(tz, wallMs - DAY_MS, wallMs + DAY_MS)
  if (transition === undefined) return undefined
  const { atMs, offsetBeforeMs, offsetAfterMs } = transition
  const fromMs = atMs + Math.min(offsetBeforeMs, offsetAfterMs)
  const toMs = atMs + Math.max(offsetBeforeMs, offsetAfterMs)
  return wallMs >= fromMs && wallMs < toMs ? transition : undefined
}

/** The instants at which the clock on the wall shows this time: one, as a rule; none in a gap; two in an overlap. */
export function instantsOfWall(tz: string, wallMs: number): readonly number[] {
  const transition = transitionOver(tz, wallMs)
  if (transition === undefined) return [firstInstantOfWall(tz, wallMs)]
  const { offsetBeforeMs, offsetAfterMs } = transition
  return offsetAfterMs > offsetBeforeMs ? [] : [wallMs - offsetBeforeMs, wallMs - offsetAfterMs]
}

/** The first instant at which the clock shows this time; for a time that it leaves out, the instant it jumps to. */
export function firstInstantOfWall(tz: string, wallMs: number): number {
  const before = zoneOffsetMs(tz, wallMs - DAY_MS)
  if (before === zoneOffsetMs(tz, wallMs + DAY_MS)) return wallMs - before
  const transition = transitionWithin(tz, wallMs - DAY_MS, wallMs + DAY_MS)
  if (transition === undefined || wallMs < transition.atMs + before) return wallMs - before
  return Math.max(transition.atMs, wallMs - transition.offsetAfterMs)
}

const END_OF_2200 = Date.UTC(2201, 0, 1)

/**
 * Reads an instant: a `Date`, milliseconds since 1970, or ISO 8601 text; undefined for what is none.
 *
 * Text without an offset is a time on the wall in the zone: one that is left out when the clock goes forward means the
 * instant that the clock jumps to, one that comes twice means the first of the two.
 */
export function parseInstant(value: unknown, tz: string): number | undefined {
  const instantMs = instantOf(value, tz)
  return instantMs !== undefined && instantMs >= 0 && instantMs < END_OF_2200 ? Math.round(instantMs) : undefined
}

function instantOf(value: unknown, tz: string): number | undefined {
  if (typeof value === 'number') return value
  if (value instanceof Date) return value.getTime()
  if (typeof value !== 'string') return undefined
  const time = parseIsoText(value)
  if (time === undefined) return undefined
  return time.offsetMs === undefined ? firstInstantOfWall(tz, time.wallMs) : time.wallMs - time.offsetMs
}

/** `2026-11-22 03:00:00 +01:00`: the clock on the wall, and how far it is from UTC. */
export function formatInZone(instantMs: number, tz: string): string {
  const offsetMs = zoneOffsetMs(tz, instantMs)
  return `${formatWall(instantMs + offsetMs)} ${formatOffset(offsetMs)}`
}
