import type { RedisBroker } from '../../config/resolved-config.js'
import { TaskqError } from '../../errors/taskq-error.js'

/** Whether the broker said that the user, the password or a permission is wrong. */
export function isAuthError(error: Error): boolean {
  return /WRONGPASS|NOAUTH|NOPERM|invalid password|without any password configured|user executing the script can't/i.test(
    error.message,
  )
}

/**
 * The error for what the broker refused to do, with a code; any other error as it is. It has no cause: there, the command
 * would stand with its arguments, be it the password.
 */
export function withCode(broker: RedisBroker, error: Error): Error {
  if (error instanceof TaskqError) return error
  if (isAuthError(error)) return refused(broker, error)
  if (/(?:^|-)WRONGTYPE /.test(error.message)) return damaged(broker, error)
  const reason = WHY.exec(error.message)?.[1]
  if (reason === undefined) return error
  return new TaskqError('TASKQ_BROKER_REFUSED', `the broker ${broker.label} refused: ${error.message}`, {
    ...(reason === 'OOM' && { hint: 'Redis is at maxmemory: give it more, or free some.' }),
  })
}

/** The error for a key that is of another type than ours are: somebody else wrote there. */
function damaged(broker: RedisBroker, error: Error): TaskqError {
  const { command } = error as { command?: { name: string; args: readonly unknown[] } }
  // A script has many keys, and does not say which of them it is.
  const key = command === undefined || /^eval/i.test(command.name) ? undefined : String(command.args[0])
  const where = key === undefined ? 'a key of taskq' : `the key ${JSON.stringify(key)}`
  return new TaskqError('TASKQ_BROKER_DAMAGED', `in the broker ${broker.label}, ${where} holds something else`, {
    hint: 'Another program wrote there, or a restored backup. Give taskq a prefix, or a database, of its own.',
  })
}

/** The first word of an answer; behind a minus in what Redis 6 says of a script. */
const WHY = /(?:^|-)(OOM|MISCONF|NOREPLICAS|BUSY) /

/** Whether the broker refuses everybody's writes, or all, for a while: it is full, or cannot write, or waits for others. */
export const refusesAll = ({ message }: Error): boolean =>
  /(?:^|-)(OOM|MISCONF|NOREPLICAS|CLUSTERDOWN|BUSY|READONLY|MASTERDOWN|LOADING) /.test(message)

/** The error for a user, a password or a permission that the broker does not take. */
export function refused(broker: RedisBroker, cause: Error): TaskqError {
  const user = broker.username ?? 'default'
  const reply = /script can't/.test(cause.message) ? 'NOPERM' : cause.message.split(/[\s:]/, 1)[0]
  return new TaskqError(
    'TASKQ_BROKER_AUTH',
    `the broker ${broker.label} refused user ${JSON.stringify(user)} (${reply})`,
    { hint: lacking(cause.message, user) ?? OTHERWISE },
  )
}

const OTHERWISE = "Check the user, the password and the user's permissions (ACL) in the broker option."

/** What permission it is that the user lacks, as far as the broker says so; undefined for other errors. */
export function lacking(message: string, user: string): string | undefined {
  const command = /'([^']+)' command/.exec(message)?.[1]
  if (command !== undefined) return `The user may not use ${command.toUpperCase()}: ACL SETUSER ${user} +${command}`
  if (/channels/.test(message)) return "The user may not use the app's channels, {prefix}~*: ACL SETUSER … &pattern"
  if (/keys/.test(message)) return "The user may not use the app's keys, {prefix}*: ACL SETUSER … ~pattern"
  if (/script can't run/.test(message)) return 'The user may use EVAL, but not a command that a script of taskq uses.'
  return undefined
}
