import { nearest } from '../errors/nearest.js'
import { INSTANT_FORM, isZone, parseInstant, ZONE_FORM } from '../time/zone.js'
import { parseCrontab } from './crontab.js'
import { type Report, readDegrees, readDuration, readRecord, readWord, showWritten } from './entry-fields.js'
import type { PlainRecord } from './plain-data.js'
import {
  type ClockedSchedule,
  type CrontabSchedule,
  type IntervalSchedule,
  type Schedule,
  SOLAR_EVENTS,
  type SolarSchedule,
} from './schedule.js'

/** The keys that say when an entry is due: an entry has one of them. */
export const TIME_KEYS = ['cron', 'every', 'solar', 'at'] as const

/** Between which instants an entry has slots. */
export interface EntryWindow {
  readonly startAtMs?: number
  readonly endAtMs?: number
}

/** How near and how far apart the slots of an interval may be. */
const INTERVAL_RANGE = [100, 3650 * 86_400_000] as const

/** Reads the zone of an entry; where it is none, the default's stands in for what else is read. */
export function readZone(written: unknown, fallback: string, report: Report): string {
  if (written === undefined) return fallback
  if (isZone(written)) return written
  const meant = nearestZone(written)
  report('tz', { expected: ZONE_FORM, got: showWritten(written), ...(meant !== undefined && { nearest: meant }) })
  return fallback
}

const LONGEST_ZONE = 40

/** The zone that was most likely meant: one that is spelt nearly so, else the one of that city. */
export function nearestZone(written: unknown): string | undefined {
  if (typeof written !== 'string' || written === '' || written.length > LONGEST_ZONE) return undefined
  const zones = Intl.supportedValuesOf('timeZone')
  const city = `/${written.slice(written.lastIndexOf('/') + 1).toLowerCase()}`
  return nearest(written, zones) ?? zones.find((zone) => zone.toLowerCase().endsWith(city))
}

/** Reads `startAt` and `endAt`. */
export function readWindow({ startAt, endAt }: PlainRecord, tz: string, report: Report): EntryWindow {
  const startAtMs = readInstant('startAt', startAt, tz, report)
  const endAtMs = readInstant('endAt', endAt, tz, report)
  if (startAtMs !== undefined && endAtMs !== undefined && endAtMs < startAtMs) {
    report('endAt', { expected: 'an instant that is not before startAt', got: showWritten(endAt) })
  }
  return { ...(startAtMs !== undefined && { startAtMs }), ...(endAtMs !== undefined && { endAtMs }) }
}

/** A number of seconds, read as milliseconds, is an instant before. */
const YEAR_2000_MS = Date.UTC(2000, 0, 1)
const MILLISECONDS_FORM = 'milliseconds since 1970, not seconds, from the year 2000 on'

function readInstant(key: string, written: unknown, tz: string, report: Report): number | undefined {
  if (written === undefined) return undefined
  if (typeof written === 'number' && written >= 0 && written < YEAR_2000_MS) {
    const read = new Date(written).toISOString().slice(0, 10)
    return report(key, { expected: MILLISECONDS_FORM, got: `${written}, which is ${read}` })
  }
  return parseInstant(written, tz) ?? report(key, { expected: INSTANT_FORM, got: showWritten(written) })
}

/** An entry on the way from what was written. */
interface Reading {
  readonly record: PlainRecord
  readonly tz: string
  readonly window: EntryWindow
  readonly report: Report
}

/** Reads when an entry is due. Undefined where that is wrong. */
export function readTimes(reading: Reading): Schedule | undefined {
  const { record, report } = reading
  const given = TIME_KEYS.filter((key) => record[key] !== undefined)
  const [kind] = given
  if (kind === undefined || given.length > 1) {
    const got = given.length === 0 ? 'none of them' : given.join(' and ')
    return report('', { expected: `exactly one of ${TIME_KEYS.join(', ')}`, got })
  }
  if (record.days !== undefined && kind !== 'cron') {
    report('days', { expected: 'cron beside it, for only a crontab has days', got: showWritten(record.days) })
  }
  return READERS[kind](reading)
}

const READERS = { cron: readCrontab, every: readInterval, solar: readSolar, at: readClocked }

function readCrontab({ record, tz, report }: Reading): CrontabSchedule | undefined {
  const days = readWord('days', record.days, ['either', 'both'], report) ?? 'either'
  const parsed = parseCrontab(record.cron, days)
  if ('problem' in parsed) return report('cron', parsed.problem)
  return { kind: 'crontab', pattern: String(record.cron), tz, days }
}

function readInterval({ record, window, report }: Reading): IntervalSchedule | undefined {
  const everyMs = readDuration('every', record.every, INTERVAL_RANGE, report)
  return everyMs === undefined ? undefined : { kind: 'interval', everyMs, anchorMs: window.startAtMs ?? 0 }
}

const SOLAR_FORM = "an object such as { event: 'sunset', latitude: 52.5, longitude: 13.4 }"

function readSolar({ record, report }: Reading): SolarSchedule | undefined {
  const place = readRecord('solar', record.solar, ['event', 'latitude', 'longitude'], SOLAR_FORM, report)
  if (place === undefined) return undefined
  // Absent is wrong here, which a reader of words would let pass.
  const event = readWord('solar.event', place.event ?? null, SOLAR_EVENTS, report)
  const latitude = readDegrees('solar.latitude', place.latitude, 90, report)
  const longitude = readDegrees('solar.longitude', place.longitude, 180, report)
  if (event === undefined || latitude === undefined || longitude === undefined) return undefined
  return { kind: 'solar', event, latitude, longitude }
}

function readClocked({ record, tz, report }: Reading): ClockedSchedule | undefined {
  const atMs = readInstant('at', record.at, tz, report)
  return atMs === undefined ? undefined : { kind: 'clocked', atMs }
}
