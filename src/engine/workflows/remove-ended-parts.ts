import type { Engine } from '../engine.js'
import { RETRY_STEP } from '../jobs/job-edits.js'
import { idsByLane } from './retry-workflow.js'

/** Removes those of these jobs that have ended, with what they came to. */
export async function removeEndedParts(
  { jobs, jobEdits }: Pick<Engine, 'jobs' | 'jobEdits'>,
  ids: readonly string[],
): Promise<void> {
  for (const [lane, own] of idsByLane(await jobs.lanesOf(ids))) {
    for (let at = 0; at < own.length; at += RETRY_STEP) {
      const some = own.slice(at, at + RETRY_STEP)
      await jobEdits.removeFrom('succeeded', lane, some)
      await jobEdits.removeFrom('dead', lane, some)
    }
  }
}
