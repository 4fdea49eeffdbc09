import { formatInZone } from '../time/zone.js'
import { createCrontabCalendar } from './crontab-next.js'
import { describeDays } from './describe-days.js'
import { describeTimes } from './describe-times.js'
import type { CrontabSchedule, Schedule, SolarEvent, SolarSchedule } from './schedule.js'

/**
 * Tells a schedule in words: `at 03:00 every day, Europe/Berlin`, `every 15 minutes, UTC`, `every 10 s`,
 * `at sunset over 52.52° N, 13.41° E`, `once, on 2026-12-24 18:00:00 UTC`.
 *
 * Throws a RangeError for a schedule that cannot be read, which a checked entry's never is.
 */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'crontab':
      return describeCrontab(schedule)
    case 'interval':
      return `every ${describeLength(schedule.everyMs)}`
    case 'solar':
      return describeSun(schedule)
    case 'clocked':
      return `once, on ${formatInZone(schedule.atMs, 'UTC').replace('+00:00', 'UTC')}`
  }
}

function describeCrontab(schedule: CrontabSchedule): string {
  const { crontab, days, tz } = createCrontabCalendar(schedule)
  const times = describeTimes(crontab)
  const dates = describeDays(crontab, days)
  const goesWithoutSaying = dates === 'every day' && !times.isNamed
  return `${times.text}${goesWithoutSaying ? '' : ` ${dates}`}, ${tz}`
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** Exactly, as an interval is: `1 h 30 min`. */
function describeLength(lengthMs: number): string {
  let restMs = lengthMs
  const parts: string[] = []
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(restMs / unitMs)
    if (count > 0) parts.push(`${count} ${unit}`)
    restMs %= unitMs
  }
  return parts.join(' ')
}

const SUN: Readonly<Record<SolarEvent, string>> = {
  dawn_astronomical: 'astronomical dawn',
  dawn_nautical: 'nautical dawn',
  dawn_civil: 'civil dawn',
  sunrise: 'sunrise',
  solar_noon: 'solar noon',
  sunset: 'sunset',
  dusk_civil: 'civil dusk',
  dusk_nautical: 'nautical dusk',
  dusk_astronomical: 'astronomical dusk',
}

function describeSun({ event, latitude, longitude }: SolarSchedule): string {
  const north = `${degrees(latitude)} ${latitude < 0 ? 'S' : 'N'}`
  const east = `${degrees(longitude)} ${longitude < 0 ? 'W' : 'E'}`
  return `at ${SUN[event]} over ${north}, ${east}`
}

const degrees = (value: number): string => `${Number(Math.abs(value).toFixed(2))}°`
