import type { Envelope } from '../../codec/envelope.js'
import { NO_VALUE } from '../../codec/envelope-fields.js'
import type { ActiveJob } from '../../engine/consumer.js'
import { ERROR_CODES, type ErrorCode } from '../../errors/codes.js'
import { describeFailure } from '../../errors/job-failure.js'
import { isTaskqError } from '../../errors/taskq-error.js'
import { partOf } from '../../task/names.js'
import type { RunOutcome } from '../run-outcome.js'
import type { WorkflowWork } from './workflow-work.js'

/** What could not be read this time is asked for again after this long. */
const ASK_AGAIN_MS = 5000
/** What no worker will be able to read, however often it asks. */
const HOPELESS: ReadonlySet<string> = new Set<ErrorCode>([
  'TASKQ_WORKFLOW_LOST',
  'TASKQ_WORKFLOW_INVALID',
  'TASKQ_PAYLOAD_MALFORMED',
  'TASKQ_PAYLOAD_REFUSED',
])

/** A part's envelope with the list, or `undefined`, before its other arguments that its workflow holds for it; or what becomes of the job. */
export async function takeInput(
  job: ActiveJob,
  envelope: Envelope,
  input: string,
  workflows: WorkflowWork,
): Promise<Envelope | { readonly outcome: RunOutcome }> {
  if (input === NO_VALUE) return given(envelope, undefined)
  try {
    const driver = await workflows.driver()
    const list = await driver.readList(partOf(job.id)?.workflow ?? job.id, input)
    return given(envelope, list)
  } catch (error) {
    return { outcome: unread(error, 'the results that it is given') }
  }
}

const given = ({ input: _, ...envelope }: Envelope, first: unknown): Envelope => ({
  ...envelope,
  args: [first, ...envelope.args],
})

/** What becomes of a job that needs something of its workflow which could not be read. */
export function unread(error: unknown, what: string): RunOutcome {
  if (isTaskqError(error) && HOPELESS.has(error.code))
    return { kind: 'dead', failure: describeFailure(error), withoutRun: true }
  const reason = error instanceof Error ? error.message : ERROR_CODES.TASKQ_WORKFLOW_LOST
  return { kind: 'postponed', delayMs: ASK_AGAIN_MS, reason: `${what} could not be read: ${reason}` }
}
