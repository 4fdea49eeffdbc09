import type { RetryCall, RetryCode } from '../jobs/retry-script.js'
import { type RetryTools, retryInCall } from './retry-workflow.js'

/** So many are worked on at the same time. */
const AT_ONCE = 20

/**
 * Lets jobs of a lane go on that failed as their workflows did: what failed in those runs again, and they wait for it.
 * One whose workflow has nothing that can run again runs anew.
 *
 * @returns what came of each
 */
export async function retryOwners(
  tools: RetryTools,
  lane: string,
  ids: readonly string[],
  how: RetryCall,
): Promise<readonly RetryCode[]> {
  const workflows = (await tools.jobs.endedLike(lane, ids)).filter((workflow) => workflow !== undefined)
  for (let at = 0; at < workflows.length; at += AT_ONCE) {
    await Promise.all(workflows.slice(at, at + AT_ONCE).map((workflow) => retryInCall(tools, workflow, how)))
  }
  // Those that wait again are marked with the call by now: nothing is done with them.
  return tools.jobEdits.retry(lane, ids, how)
}
