import type { Connection } from '../connection/connection.js'
import type { NewJob, SameJob } from '../delivery.js'
import { engineScript } from '../engine-script.js'
import type { Keys } from '../keys.js'
import { GIVEN } from './claim-field.js'
import { GUARD_KEYS, guarded } from './guard-script.js'

/** The command that would add a job, as the engine makes it: its name, and its keys before its arguments. */
export interface AddCommand {
  readonly name: string
  readonly args: readonly (string | Buffer)[]
}

/** Whether another job may stand for this one. */
export const isGuarded = ({ sameJob, idempotency, caller }: NewJob): boolean =>
  sameJob !== undefined || idempotency !== undefined || caller !== undefined

/**
 * Makes the command that adds a job of one that adds it only where no other stands for it. The connection learns its
 * script by {@link learnGuarded}.
 */
export function guardedAdd(connection: Connection, keys: Keys, job: NewJob, { name, args }: AddCommand): AddCommand {
  const { numberOfKeys } = engineScript(connection, name)
  const { sameJob, idempotency } = job
  const own = keys.job(job.lane, job.id)
  const claim = sameJob === undefined ? own : keys.claim(kindOf(sameJob), sameJob.id)
  const call = idempotency === undefined ? own : keys.claim('call', idempotency.id)
  const touched = [own, claim, call, keys.claims, keys.claim(GIVEN, job.id)]
  const rule = [ruleOf(sameJob), msOf(job), idempotency?.ttlMs ?? 0, job.caller ?? '']
  const told = [keys.prefix, job.lane, job.id, ...rule].map(String)
  return {
    name: guardedName(name),
    args: [...args.slice(0, numberOfKeys), ...touched, ...args.slice(numberOfKeys), ...told],
  }
}

/** Teaches a connection to add jobs in this way; all that it may need, once. */
export function learnGuarded(connection: Connection): void {
  for (const add of ADDS) {
    const { name, lua, numberOfKeys } = engineScript(connection, add)
    if (guardedName(name) in connection) continue
    connection.defineCommand(guardedName(name), {
      lua: guarded(lua, numberOfKeys, ADD_ARGS),
      numberOfKeys: numberOfKeys + GUARD_KEYS,
    })
  }
}

const ADDS = ['addStandardJob', 'addDelayedJob', 'addPrioritizedJob'] as const
/** What they take beside their keys: the job's fields, its data, its options. */
const ADD_ARGS = 3

/** How a guarded script is named. */
export const guardedName = (name: string): string => `taskq:${name}`

/** A key that was used for one thing says nothing about another. */
const kindOf = ({ kind }: SameJob): string => (kind === 'unique-for' ? 'unique' : kind)

function ruleOf(sameJob: SameJob | undefined): string {
  switch (sameJob?.kind) {
    case undefined:
      return 'always'
    case 'unique':
      return sameJob.until
    case 'debounce':
      return 'debounce'
    case 'keep-latest':
      return 'latest'
    default:
      return 'for'
  }
}

function msOf({ sameJob, delayMs }: NewJob): number {
  if (sameJob?.kind === 'debounce') return delayMs
  return sameJob !== undefined && 'forMs' in sameJob ? sameJob.forMs : 0
}
