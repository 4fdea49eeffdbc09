import { safeText } from '../../codec/safe-text.js'
import { TaskqError } from '../../errors/taskq-error.js'

/** Asks whether workers are to be ended. @throws TaskqError `TASKQ_USAGE` where nobody can be asked */
export async function confirmShutdown(destination: readonly string[] | undefined, json: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new TaskqError('TASKQ_USAGE', 'control shutdown needs --yes where nobody can be asked')
  }
  const { confirm, isCancel } = await import('@clack/prompts')
  const who = destination === undefined ? 'all workers' : safeText(destination.join(', '), 200)
  const answer = await confirm({ message: `Shut down ${who}?`, initialValue: false })
  return !isCancel(answer) && answer
}
