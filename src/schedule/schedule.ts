/** When something is due. Plain data, as it is stored; all instants are milliseconds since 1970, in UTC. */
export type Schedule = CrontabSchedule | IntervalSchedule | SolarSchedule | ClockedSchedule

/** By the calendar and the clock on the wall of one zone. */
export interface CrontabSchedule {
  readonly kind: 'crontab'
  /** Five fields, or six with seconds first. */
  readonly pattern: string
  /** An IANA zone such as `Europe/Berlin`. */
  readonly tz: string
  readonly days: DayRule
}

/**
 * Which days a crontab means that restricts both the day of the month and the day of the week: days that match
 * `either` of them, as in cron, or `both`, as in Celery.
 */
export type DayRule = 'either' | 'both'

/** Always the same time apart. */
export interface IntervalSchedule {
  readonly kind: 'interval'
  readonly everyMs: number
  /** One of its slots; all others lie whole intervals from it. */
  readonly anchorMs: number
}

/** By the sun over one place. */
export interface SolarSchedule {
  readonly kind: 'solar'
  readonly event: SolarEvent
  /** Degrees north, -90 to 90. */
  readonly latitude: number
  /** Degrees east, -180 to 180. */
  readonly longitude: number
}

/** Celery's nine events: https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#solar-schedules */
export type SolarEvent = (typeof SOLAR_EVENTS)[number]

export const SOLAR_EVENTS = [
  'dawn_astronomical',
  'dawn_nautical',
  'dawn_civil',
  'sunrise',
  'solar_noon',
  'sunset',
  'dusk_civil',
  'dusk_nautical',
  'dusk_astronomical',
] as const

/** Once. */
export interface ClockedSchedule {
  readonly kind: 'clocked'
  readonly atMs: number
}

/** A schedule made ready to be asked. A slot is an instant at which the schedule is due. */
export interface Timetable {
  /** The first slot later than this instant; undefined when there is none. */
  next(afterMs: number): number | undefined
}
