import type { Engine } from '../../engine/engine.js'
import { JobFailedError } from '../../errors/job-failure.js'
import { partId, type WorkflowPart } from '../../task/names.js'
import { partStanding } from './part-standing.js'
import { WorkflowStir } from './workflow-stir.js'

/**
 * Waits until a part of a workflow is a job.
 *
 * @returns its lane; undefined where it is none in time
 * @throws JobFailedError where it will never be one; what `unknown` returns, where nothing is known of it
 */
export async function awaitPart(
  engine: Engine,
  part: WorkflowPart,
  timeoutMs: number,
  unknown: () => Error,
): Promise<string | undefined> {
  const deadline = performance.now() + timeoutMs
  const id = partId(part.workflow, part.node)
  const stir = await WorkflowStir.on(engine, part.workflow)
  try {
    for (;;) {
      const standing = await partStanding(engine, part)
      // Looked for after: it may have become a job, and have ended, meanwhile.
      const job = await engine.jobs.find(id)
      if (job !== undefined) return job.lane
      if (standing === undefined) throw unknown()
      if (standing.failure !== undefined) throw new JobFailedError(id, standing.task ?? '', standing.failure)
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) return undefined
      await stir.wait(leftMs)
    }
  } finally {
    stir.close()
  }
}
