import type { Engine } from '../../engine/engine.js'
import { retryWorkflow } from '../../engine/workflows/retry-workflow.js'
import { revokeWorkflow } from '../../engine/workflows/revoke-workflow.js'
import type { ActionReport } from '../dashboard.js'
import type { WorkflowVerb } from './workflow-view.js'

/**
 * Does something with workflows, one after the other. Each that it cannot be done with is told of, and keeps none of
 * the others from it.
 *
 * @param by for people: who does it; it is kept with jobs that run again
 */
export async function actOnWorkflows(
  engine: Engine,
  verb: WorkflowVerb,
  ids: readonly string[],
  by: string,
): Promise<ActionReport> {
  const refused: { what: string; why: string }[] = []
  let jobs = 0
  const wanted = [...new Set(ids)]
  for (const id of wanted) {
    const outcome = verb === 'revoke' ? await revokeOne(engine, id, by) : await retryOne(engine, id, by)
    if (typeof outcome === 'string') refused.push({ what: id, why: outcome })
    else jobs += outcome
  }
  const done = wanted.length - refused.length
  return { done, refused, text: verb === 'revoke' ? revokedText(done) : retriedText(jobs, done) }
}

/** Why it was not done, or for how many jobs it was. */
type Outcome = string | number

/** Runs the failed jobs of a workflow again. */
export async function retryOne(engine: Engine, id: string, by: string): Promise<Outcome> {
  const retried = await retryWorkflow(engine, id, by)
  return retried > 0 ? retried : whyNotRetried(engine, id)
}

async function whyNotRetried({ workflows }: Engine, id: string): Promise<string> {
  const summary = await workflows.summary(id)
  if (summary === undefined) return NO_WORKFLOW
  if (summary.state === 'revoked') return 'it was revoked'
  return summary.failed === 0 ? 'none of its jobs has failed' : 'its failed jobs are gone, or run again already'
}

async function revokeOne(engine: Engine, id: string, by: string): Promise<Outcome> {
  return REVOKE_WHYS[await revokeWorkflow(engine, id, { reason: 'an operator revoked it', by })] ?? 0
}

const NO_WORKFLOW = 'there is no such workflow'

const REVOKE_WHYS = { removed: undefined, told: undefined, 'too-late': 'it has ended', unknown: NO_WORKFLOW } as const

const revokedText = (done: number): string => `${count(done, 'workflow')} ${done === 1 ? 'was' : 'were'} revoked`

const retriedText = (jobs: number, workflows: number): string =>
  `${count(jobs, 'job')} of ${count(workflows, 'workflow')} ${jobs === 1 ? 'runs' : 'run'} again`

const count = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
