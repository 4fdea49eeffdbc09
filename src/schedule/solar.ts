import { getPosition, getTimes } from 'suncalc'
import type { SolarEvent, SolarSchedule, Timetable } from './schedule.js'

/** Through which altitude the sun's centre goes, in degrees over the horizon as it would be without air; and how. */
interface Crossing {
  readonly altitude: number
  readonly way: 'up' | 'down'
}

/** As everybody counts them: https://aa.usno.navy.mil/faq/RST_defs */
const CROSSINGS: Readonly<Record<Exclude<SolarEvent, 'solar_noon'>, Crossing>> = {
  dawn_astronomical: { altitude: -18, way: 'up' },
  dawn_nautical: { altitude: -12, way: 'up' },
  dawn_civil: { altitude: -6, way: 'up' },
  sunrise: { altitude: -0.833, way: 'up' },
  sunset: { altitude: -0.833, way: 'down' },
  dusk_civil: { altitude: -6, way: 'down' },
  dusk_nautical: { altitude: -12, way: 'down' },
  dusk_astronomical: { altitude: -18, way: 'down' },
}

const SECOND_MS = 1000
const DAY_MS = 86_400_000
const MS_PER_DEGREE = DAY_MS / 360
/** There is no place and no event that a year passes without. */
const SEARCHED_DAYS = 400
/** How much the air lifts the sun that suncalc shows below the horizon. */
const REFRACTION = 0.48396

/**
 * The timetable of the sun over one place. A day without the event, as a polar summer's are without sunset, has no
 * slot. Slots are whole seconds.
 *
 * suncalc's own times of rise and set are not used: where the event begins or ceases to happen for a season, as
 * Berlin's astronomical dawn in May and July, they are off by up to hours on a day or two, or not there. The sun's
 * position is right on all days, so the instant is searched by it.
 */
export function createSolarTimetable(place: SolarSchedule): Timetable {
  const slotOf = place.event === 'solar_noon' ? noonOf : crossingAfterNoonOf(CROSSINGS[place.event])
  return {
    next: (afterMs) => {
      const today = Math.floor((afterMs - meanNoonOf(0, place)) / DAY_MS)
      // A true noon is up to 17 minutes early or late, so the day before may not be over.
      for (let ahead = -1; ahead <= SEARCHED_DAYS; ahead++) {
        const slotMs = slotOf(today + ahead, place)
        if (slotMs !== undefined && slotMs > afterMs) return slotMs
      }
      return undefined
    },
  }
}

/** Noon by a clock that shows the place's mean solar time. Days are counted from 1970's first. */
const meanNoonOf = (day: number, { longitude }: SolarSchedule): number =>
  (day + 0.5) * DAY_MS - longitude * MS_PER_DEGREE

function noonOf(day: number, place: SolarSchedule): number {
  const { solarNoon } = getTimes(new Date(meanNoonOf(day, place)), place.latitude, place.longitude)
  return wholeSeconds(solarNoon.getTime())
}

/** From noon to noon, since the sun goes down in the one half and up in the other; at the poles, in either. */
const crossingAfterNoonOf = (crossing: Crossing) => (day: number, place: SolarSchedule) => {
  const noon = noonOf(day, place)
  const nextNoon = noonOf(day + 1, place)
  const midnight = (noon + nextNoon) / 2
  return crossingBetween(noon, midnight, crossing, place) ?? crossingBetween(midnight, nextNoon, crossing, place)
}

function crossingBetween(
  startMs: number,
  endMs: number,
  { altitude, way }: Crossing,
  { latitude, longitude }: SolarSchedule,
): number | undefined {
  const isAbove = (ms: number) => getPosition(new Date(ms), latitude, longitude).altitude - REFRACTION >= altitude
  const endsAbove = way === 'up'
  if (isAbove(startMs) === endsAbove || isAbove(endMs) !== endsAbove) return undefined
  let before = startMs
  let after = endMs
  while (after - before > 1) {
    const middle = (before + after) / 2
    if (isAbove(middle) === endsAbove) after = middle
    else before = middle
  }
  return wholeSeconds(after)
}

const wholeSeconds = (ms: number): number => Math.round(ms / SECOND_MS) * SECOND_MS
