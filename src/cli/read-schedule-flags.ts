import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { ScheduleOptions } from '../schedule/schedule-options.js'
import { parseArgs } from './call-flags.js'
import type { ScheduleFlags } from './schedule-flags.js'

/**
 * Makes an entry's options of flags, as they would stand in the config; whether they are right is checked there.
 *
 * @throws TaskqError `TASKQ_USAGE` for what is no JSON
 */
export function readScheduleFlags(flags: ScheduleFlags): ScheduleOptions {
  const { task, args, options, cron, every, solar, lat, lon, at, tz, days, limit, jitter, misfire, overlap } = flags
  const written = {
    task,
    args: args === undefined ? undefined : parseArgs(args),
    options: options === undefined ? undefined : parseJson('--options', options),
    cron,
    every: orNumber(every),
    solar: solar === undefined ? undefined : { event: solar, latitude: orNumber(lat), longitude: orNumber(lon) },
    at: orNumber(at),
    tz,
    days,
    startAt: orNumber(flags['start-at']),
    endAt: orNumber(flags['end-at']),
    limit,
    jitter: orNumber(jitter),
    misfire: misfire?.startsWith('{') ? parseJson('--misfire', misfire) : misfire,
    overlap,
  }
  return written as unknown as ScheduleOptions
}

/**
 * A value as it stands on a command line, where digits alone are a number: milliseconds, or degrees. What is wrong with
 * it is told when it is checked.
 */
export function orNumber<T extends string | undefined>(text: T): T | number {
  return text !== undefined && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}

function parseJson(flag: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const problem = formatProblem({ key: flag, expected: 'a JSON object', got: show(text) })
    throw new TaskqError('TASKQ_USAGE', problem, { hint: `In most shells: ${flag} '{"key": "value"}'` })
  }
}
