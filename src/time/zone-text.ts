import { DAY_MS, SECOND_MS } from './zone-days.js'

/** What ISO 8601 text says: a time on a wall, and whose wall it is where the text tells. */
export interface IsoTime {
  /** The time on the wall, as milliseconds since 1970 as though it were UTC. */
  readonly wallMs: number
  /** How far the wall is from UTC; undefined when the text has no offset. */
  readonly offsetMs: number | undefined
}

const MAX_LENGTH = 40
const DATE = /^(\d{4})-(\d\d)-(\d\d)/
const TIME = /^[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?/i
const OFFSET = /^(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/i

/**
 * Reads `2026-12-24`, `2026-12-24T18:00`, `2026-12-24 18:00:30.5`, each but the first also with `Z`, `+01`, `+0100` or
 * `+01:00`; undefined for all else, days that do not exist among them.
 */
export function parseIsoText(text: string): IsoTime | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const date = DATE.exec(text)
  const dateMs = date === null ? undefined : dateOf(date)
  if (dateMs === undefined) return undefined
  const afterDate = text.slice(10)
  if (afterDate === '') return { wallMs: dateMs, offsetMs: undefined }
  const time = TIME.exec(afterDate)
  const timeMs = time === null ? undefined : timeOf(time)
  if (time === null || timeMs === undefined) return undefined
  const wallMs = dateMs + timeMs
  const afterTime = afterDate.slice(time[0].length)
  if (afterTime === '') return { wallMs, offsetMs: undefined }
  const offset = OFFSET.exec(afterTime)
  const offsetMs = offset === null ? undefined : offsetOf(offset)
  return offsetMs === undefined ? undefined : { wallMs, offsetMs }
}

/** `Date.UTC` takes February 30 for March 2, and the year 70 for 1970: what comes back changed is no date. */
function dateOf([, year, month, day]: RegExpExecArray): number | undefined {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return date.toISOString().startsWith(`${year}-${month}-${day}T`) ? date.getTime() : undefined
}

function timeOf([, hour, minute, second = '0', fraction = '0']: RegExpExecArray): number | undefined {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return seconds * SECOND_MS + Number(fraction.padEnd(3, '0').slice(0, 3))
}

function offsetOf([, sign, hours = '0', minutes = '0']: RegExpExecArray): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  const size = (Number(hours) * 3600 + Number(minutes) * 60) * SECOND_MS
  return sign === '-' ? -size : size
}

/** `2026-11-22 03:00:00` for a time on a wall. */
export function formatWall(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** `+01:00`, and `-00:44:30` where a zone has seconds. */
export function formatOffset(offsetMs: number): string {
  const size = new Date(Math.abs(offsetMs) % DAY_MS).toISOString()
  const shown = size.slice(17, 19) === '00' ? size.slice(11, 16) : size.slice(11, 19)
  return `${offsetMs < 0 ? '-' : '+'}${shown}`
}
