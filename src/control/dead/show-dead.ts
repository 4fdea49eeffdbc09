import { safeText } from '../../codec/safe-text.js'
import type { Viewer } from '../../codec/viewer.js'
import type { Engine } from '../../engine/engine.js'
import { TaskqError } from '../../errors/taskq-error.js'
import { isWorkflowId, partOf } from '../../task/names.js'
import type { JobDetail } from '../dashboard.js'
import { readJobDetail } from '../jobs-detail.js'
import { END_STATES } from './dead-filter.js'
import { whyNoJob } from './why-no-job.js'

/**
 * All of one dead letter.
 *
 * @throws TaskqError `TASKQ_RESULT_UNKNOWN` where no job has this id, `TASKQ_CONTROL_INVALID` where it has not failed
 */
export async function showDead(engine: Engine, id: string, viewer: Viewer): Promise<JobDetail> {
  const job = await readJobDetail(engine, id, viewer)
  const name = safeText(id, 120)
  if (job === undefined) {
    if (partOf(id) === undefined && !isWorkflowId(id))
      throw new TaskqError('TASKQ_RESULT_UNKNOWN', `job ${name}: no job has this id: it never was, or its time is over`)
    const why = safeText(await whyNoJob(engine, id), 200)
    throw new TaskqError('TASKQ_RESULT_UNKNOWN', `${name}: ${why}`, {
      hint: 'taskq result ID --tree draws a workflow, and how each of its jobs stands.',
    })
  }
  if ((END_STATES as readonly string[]).includes(job.state)) return job
  throw new TaskqError('TASKQ_CONTROL_INVALID', `job ${name} is no dead letter: its state is ${job.state}`, {
    hint: 'taskq result shows jobs in every state.',
  })
}
