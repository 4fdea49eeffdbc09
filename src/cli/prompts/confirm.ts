import { safeText } from '../../codec/safe-text.js'
import { TaskqError } from '../../errors/taskq-error.js'

/** @throws TaskqError `TASKQ_USAGE` where nobody can be asked */
export function requireAnswerer(command: string, flag: string, json: boolean): void {
  if (json || !process.stdin.isTTY || !process.stdout.isTTY)
    throw new TaskqError('TASKQ_USAGE', `${command} needs ${flag} where nobody can be asked`)
}

/** Asks yes or no; a question that is broken off is a no. */
export async function confirmed(question: string): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: safeText(question, 500), initialValue: false })
  return !isCancel(answer) && answer
}
