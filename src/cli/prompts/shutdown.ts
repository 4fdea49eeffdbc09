import { safeText } from '../../codec/safe-text.js'
import { labelWorkers, type WorkerIdentity } from '../../control/worker-labels.js'
import { TaskqError } from '../../errors/taskq-error.js'

/** @throws TaskqError `TASKQ_USAGE` where nobody can be asked */
export function requireAnswerer(json: boolean): void {
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw new TaskqError('TASKQ_USAGE', 'control shutdown needs --yes where nobody can be asked')
  }
}

/** Asks whether these workers are to be ended. */
export async function confirmShutdown(workers: readonly WorkerIdentity[]): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: shutdownQuestion(workers), initialValue: false })
  return !isCancel(answer) && answer
}

const MOST_NAMED = 5

/** Says how many they are, and which. */
export function shutdownQuestion(workers: readonly WorkerIdentity[]): string {
  const labels = [...labelWorkers(workers).values()].map((label) => safeText(label, 120))
  if (labels.length === 1) return `Shut down ${labels[0]}?`
  const more = labels.length - MOST_NAMED
  const named = labels.slice(0, MOST_NAMED).join(', ')
  return `Shut down ${labels.length} workers: ${named}${more > 0 ? ` and ${more} more` : ''}?`
}
