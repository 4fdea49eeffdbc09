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
  const wanted = [...new Set(ids)]
  if (verb === 'retry') {
    const { jobs, refused } = await retryWorkflows(engine, wanted, by)
    const done = wanted.length - refused.length
    return { done, refused, text: retriedText(jobs, done) }
  }
  const refused: Refused[] = []
  for (const what of wanted) {
    const why = REVOKE_WHYS[await revokeWorkflow(engine, what, { reason: 'an operator revoked it', by })]
    if (why !== undefined) refused.push({ what, why })
  }
  const done = wanted.length - refused.length
  return { done, refused, text: `${count(done, 'workflow')} ${done === 1 ? 'was' : 'were'} revoked` }
}

type Refused = ActionReport['refused'][number]

/**
 * Runs the failed jobs of workflows again; with `dryRun`, only counts them.
 *
 * @returns how many jobs, and of which workflows none
 */
export async function retryWorkflows(
  engine: Engine,
  ids: readonly string[],
  by: string,
  dryRun = false,
): Promise<{ readonly jobs: number; readonly refused: readonly Refused[] }> {
  const refused: Refused[] = []
  let jobs = 0
  for (const what of new Set(ids)) {
    const why = await whyNotRetried(engine, what)
    const retried = why === undefined ? await retryOne(engine, what, by, dryRun) : 0
    jobs += retried
    if (retried === 0) refused.push({ what, why: why ?? 'its failed jobs are gone, or run again already' })
  }
  return { jobs, refused }
}

async function retryOne(engine: Engine, id: string, by: string, dryRun: boolean): Promise<number> {
  return dryRun ? ((await engine.workflows.summary(id))?.failed ?? 0) : retryWorkflow(engine, id, by)
}

async function whyNotRetried({ workflows }: Engine, id: string): Promise<string | undefined> {
  const summary = await workflows.summary(id)
  if (summary === undefined) return NO_WORKFLOW
  if (summary.state === 'revoked') return 'it was revoked'
  return summary.failed === 0 ? 'none of its jobs has failed' : undefined
}

const NO_WORKFLOW = 'there is no such workflow'

const REVOKE_WHYS = { removed: undefined, told: undefined, 'too-late': 'it has ended', unknown: NO_WORKFLOW } as const

const retriedText = (jobs: number, workflows: number): string =>
  `${count(jobs, 'job')} of ${count(workflows, 'workflow')} ${jobs === 1 ? 'runs' : 'run'} again`

const count = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
