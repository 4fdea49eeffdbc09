import type { ActiveJob } from '../../engine/consumer.js'
import { describeFailure } from '../../errors/job-failure.js'
import { TaskqError } from '../../errors/taskq-error.js'
import type { RunOutcome } from '../run-outcome.js'
import type { WorkflowEnd } from '../workflow-driver.js'
import { unread } from './take-input.js'
import type { WorkflowWork } from './workflow-work.js'

/** Ends a job as the workflow did that took its place; its task is not called. Puts it aside again where that still runs. */
export async function endAsReplaced(
  { id, task }: ActiveJob,
  workflow: string,
  workflows: WorkflowWork,
  succeeded: (value: unknown) => RunOutcome,
): Promise<RunOutcome> {
  let end: WorkflowEnd | undefined
  try {
    end = await (await workflows.driver()).endOf(workflow)
  } catch (error) {
    return unread(error, workflow)
  }
  switch (end?.kind) {
    case 'running':
      return { kind: 'replaced', workflow }
    case 'succeeded':
      return succeeded(end.value)
    case 'failed':
      return { kind: 'dead', failure: end.failure, withoutRun: true }
    default:
      return { kind: 'dead', failure: describeFailure(gone(task, id, workflow)), withoutRun: true }
  }
}

const gone = (task: string, id: string, workflow: string): TaskqError =>
  new TaskqError('TASKQ_WORKFLOW_LOST', `${task} (${id}) was to end as ${workflow} does, and that is gone`, {
    hint: 'Was it forgotten, or removed? Run the job again.',
  })
