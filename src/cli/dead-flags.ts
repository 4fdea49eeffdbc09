import { string } from '@oclif/core/flags'
import type { DeadFilter } from '../control/dead/dead-filter.js'
import type { EndState } from '../engine/jobs/job-summary.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { type Duration, parseDuration } from '../time/duration.js'

/** The flags that say which dead letters are meant. */
export const deadFlags = {
  task: string({ char: 't', description: "of this task only: its name, or a glob such as 'reports.*'" }),
  queue: string({ char: 'Q', description: 'of this queue only' }),
  error: string({ char: 'e', description: "whose error's name, code or message has this in it" }),
  since: string({ helpValue: '1h', description: 'that ended within this time, or after this moment (ISO 8601)' }),
  state: string({
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    options: ['failed', 'dead', 'revoked', 'expired'],
    description: 'that ended so; again, or a comma list, for more',
  }),
}

/** The jobs that are meant, by their ids. */
export const idFlag = string({
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  description: 'these jobs only; again, or a comma list, for more',
})

/** The flags, as they were given. */
export interface DeadFlags {
  readonly task?: string | undefined
  readonly queue?: string | undefined
  readonly error?: string | undefined
  readonly since?: string | undefined
  readonly state?: string[] | undefined
}

/** Reads the flags. @throws TaskqError `TASKQ_USAGE` */
export function toDeadFilter({ task, queue, error, since, state }: DeadFlags): DeadFilter {
  for (const [flag, text] of Object.entries({ task, queue, error }))
    if (text === '')
      throw new TaskqError('TASKQ_USAGE', formatProblem({ key: `--${flag}`, expected: 'a text', got: show(text) }))
  return {
    ...(task !== undefined && { task }),
    ...(queue !== undefined && { queue }),
    ...(error !== undefined && { error }),
    ...(since !== undefined && { since: sinceFlag(since) }),
    ...(state !== undefined && state.length > 0 && { states: state as EndState[] }),
  }
}

/** Whether flags choose among dead letters. */
export const choosesSome = (flags: DeadFlags): boolean => Object.keys(toDeadFilter(flags)).length > 0

function sinceFlag(text: string): number {
  const ms = parseDuration(text as Duration)
  if (ms !== undefined) return Date.now() - ms
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  const expected = 'a time such as 30m, 1h or 7d, or a moment such as 2026-11-21T09:00Z'
  throw new TaskqError('TASKQ_USAGE', formatProblem({ key: '--since', expected, got: show(text) }))
}
