import { boolean, integer, string } from '@oclif/core/flags'

const WHEN = { helpGroup: 'WHEN' }
const RULES = { helpGroup: 'RULES' }

/** The flags of `taskq schedule add`: the keys of an entry in the config, in words of the command line. */
export const scheduleFlags = {
  task: string({ required: true, description: "the task's name" }),
  args: string({ char: 'a', description: 'its arguments, as a JSON array' }),
  options: string({ description: `what applyAsync takes, as a JSON object such as '{"queue":"slow"}'` }),
  cron: string({ ...WHEN, description: 'a crontab: five fields, or six with the second first' }),
  every: string({ ...WHEN, description: 'an interval, such as 10s or 5m' }),
  solar: string({ ...WHEN, description: 'an event of the sun, such as sunset; with --lat and --lon' }),
  lat: string({ ...WHEN, dependsOn: ['solar'], description: 'degrees north, -90 to 90' }),
  lon: string({ ...WHEN, dependsOn: ['solar'], description: 'degrees east, -180 to 180' }),
  at: string({ ...WHEN, description: 'once, at this instant, such as 2026-12-24T18:00' }),
  tz: string({ ...WHEN, description: "the zone of --cron, and of instants without one. Default: the config's" }),
  days: string({ ...WHEN, description: 'which days a crontab of both kinds means: either, or both as in Celery' }),
  'start-at': string({ ...WHEN, description: 'no slot before this instant' }),
  'end-at': string({ ...WHEN, description: 'no slot after this instant' }),
  limit: integer({ ...RULES, description: 'at most so many jobs, ever' }),
  jitter: string({ ...RULES, description: 'enqueue each job up to so much later, such as 30s' }),
  misfire: string({ ...RULES, description: 'missed slots: skip, last, all, or a JSON object. Default: last' }),
  overlap: string({ ...RULES, description: 'a slot while the job before runs: allow, skip, queue or cancel' }),
  replace: boolean({ description: 'take the place of an entry that was added so' }),
  force: boolean({ description: 'add it though nobody knows the task' }),
} as const

/** Those flags, as they were given. */
export interface ScheduleFlags {
  readonly task: string
  readonly args?: string | undefined
  readonly options?: string | undefined
  readonly cron?: string | undefined
  readonly every?: string | undefined
  readonly solar?: string | undefined
  readonly lat?: string | undefined
  readonly lon?: string | undefined
  readonly at?: string | undefined
  readonly tz?: string | undefined
  readonly days?: string | undefined
  readonly 'start-at'?: string | undefined
  readonly 'end-at'?: string | undefined
  readonly limit?: number | undefined
  readonly jitter?: string | undefined
  readonly misfire?: string | undefined
  readonly overlap?: string | undefined
}
