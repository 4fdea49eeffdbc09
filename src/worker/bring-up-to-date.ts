import type { Envelope } from '../codec/envelope.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'

/** A job's envelope as its task's code of now wants it; or why that cannot be. */
export type UpToDate =
  | { readonly envelope: Envelope }
  /** The job is of a later version than the code here. */
  | { readonly later: number }
  | { readonly error: TaskqError }

/** Brings a job's arguments to the version of its task, by the task's own migrations, one version at a time. Never throws. */
export function bringUpToDate(task: TaskDefinition, envelope: Envelope): UpToDate {
  const version = envelope.taskVersion ?? 1
  if (version > task.version) return { later: version }
  if (version < task.version && envelope.each !== undefined) return eachUpToDate(task, envelope)
  let { args } = envelope
  for (let at = version; at < task.version; at++) {
    const migrated = migrate(task, at, args)
    if (migrated instanceof TaskqError) return { error: migrated }
    args = migrated
  }
  return { envelope: args === envelope.args ? envelope : { ...envelope, args, taskVersion: task.version } }
}

/** Migrations are written for the arguments of one call. */
function eachUpToDate(task: TaskDefinition, { each, ...envelope }: Envelope): UpToDate {
  const items =
    each === 'map' && Array.isArray(envelope.args[0]) ? envelope.args[0].map((item) => [item]) : envelope.args[0]
  if (!Array.isArray(items)) return { envelope: { ...envelope, ...(each && { each }) } }
  const calls: unknown[] = []
  for (const args of items) {
    const upToDate = bringUpToDate(task, { ...envelope, args })
    if (!('envelope' in upToDate)) return upToDate
    calls.push(upToDate.envelope.args)
  }
  return { envelope: { ...envelope, args: [calls], each: 'starmap', taskVersion: task.version } }
}

function migrate(task: TaskDefinition, from: number, args: readonly unknown[]): readonly unknown[] | TaskqError {
  const migration = Object.hasOwn(task.migrate, from) ? task.migrate[from] : undefined
  if (migration === undefined) return outdated(task, `migrate has no ${from}, which the job's arguments need`)
  try {
    const migrated: unknown = migration(args)
    if (Array.isArray(migrated)) return migrated
    // One that is a promise by mistake must not end the worker when it fails.
    if (migrated instanceof Promise) migrated.catch(() => {})
    return outdated(task, `migrate[${from}] returned ${show(migrated)}, where an array of arguments was expected`)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : show(cause)
    return outdated(task, `migrate[${from}] threw: ${message}`, cause)
  }
}

function outdated({ name, version }: TaskDefinition, what: string, cause?: unknown): TaskqError {
  return new TaskqError('TASKQ_PAYLOAD_OUTDATED', `${name}, version ${version}: ${what}`, {
    hint: 'Add or correct the migration, deploy it, and run the dead letter again.',
    cause,
  })
}
