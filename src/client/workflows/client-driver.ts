import { revokeWorkflow } from '../../engine/workflows/revoke-workflow.js'
import { rootJobOf } from '../../engine/workflows/root-job.js'
import type { WorkflowMove, WorkflowSummary } from '../../engine/workflows/workflow-record.js'
import { resultsGone, slotValue } from '../workflow-results/slot-value.js'
import { workflowFailure } from '../workflow-results/workflow-failure.js'
import { makeReadyJobs } from './make-jobs.js'
import type { WorkflowSite } from './workflow-site.js'

/** What a workflow came to, for the job that ends as it does. */
type End = { readonly kind: 'running' } | { readonly kind: 'succeeded'; readonly value: unknown } | Failed
type Failed = { readonly kind: 'failed'; readonly failure: NonNullable<ReturnType<typeof workflowFailure>> }

/** Workflows that a sweep is handed at a time. */
const SWEPT = 20
/** Thousands may be due after an outage. Whoever sweeps next, here or elsewhere, goes on. */
const SWEEP_MS = 4000
/** Workflows that are looked after side by side: where the broker is slow, one must not hold up the others. */
const SIDE_BY_SIDE = 10
/** Before a broker is asked again that did not take a job. */
const WAITS_MS = [1000, 2000, 4000]
/** Nodes of each that it begins with. */
const TAKEN = 100

const NO_REASON = 'its workflow was revoked'

/** Lets the workflows of an app go on, over its client. */
export class ClientDriver {
  constructor(private readonly site: WorkflowSite) {}

  /** Makes jobs of what a move lets begin. What the broker does not take now is done by a sweep. */
  async advance(move: WorkflowMove, stop?: AbortSignal): Promise<void> {
    const { workflow, ended } = move
    if (ended !== undefined) this.site.engine.producer.lateAcks.forget({ workflow, node: ended })
    await this.#quietly(move.workflow, () => makeReadyJobs(move, this.site, { waits: WAITS_MS, stop }))
  }

  async sweep(stop?: AbortSignal): Promise<void> {
    const { workflows } = this.site.engine
    const deadline = performance.now() + SWEEP_MS
    for (let isFull = true; isFull && performance.now() < deadline && stop?.aborted !== true; ) {
      const due = await workflows.due(SWEPT)
      const left = due.values()
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => this.#lookAfterAll(left, stop)))
      isFull = due.length === SWEPT
    }
  }

  async readList(workflow: string, ref: string): Promise<readonly unknown[]> {
    const list = await this.site.engine.workflows.list(workflow, ref)
    if (list !== undefined) return slotValue(workflow, list, this.site.codec) as unknown[]
    throw resultsGone(workflow)
  }

  async endOf(workflow: string): Promise<End | undefined> {
    const { engine, codec } = this.site
    const summary = await engine.workflows.summary(workflow)
    if (summary === undefined) return undefined
    if (summary.state === 'running') return { kind: 'running' }
    const failure = workflowFailure(summary)
    if (failure !== undefined) return { kind: 'failed', failure: { ...failure, ...fromOf(summary) } }
    const slot = await engine.workflows.resultOf(workflow)
    return slot && { kind: 'succeeded', value: slotValue(workflow, slot, codec) }
  }

  async #lookAfterAll(ids: Iterable<string>, stop?: AbortSignal): Promise<void> {
    for (const id of ids) await this.#quietly(id, () => this.#lookAfter(id, stop))
  }

  /** What is ready and nobody took, and what no job will ever settle. */
  async #lookAfter(id: string, stop?: AbortSignal): Promise<void> {
    const { engine } = this.site
    const { workflows } = engine
    const summary = await workflows.summary(id)
    const reason = summary && (await this.#endsFor(summary))
    if (reason !== undefined) await revokeWorkflow(engine, id, { reason })
    await makeReadyJobs(await workflows.take(id, TAKEN), this.site, { stop })
    for (const move of await workflows.mend(id)) await makeReadyJobs(move, this.site, { stop })
  }

  /** Why a workflow is to end before it is done, if it is. */
  async #endsFor({ id, state, open, reason, expectedBy }: WorkflowSummary): Promise<string | undefined> {
    // Whoever revoked it died before all of its jobs were told.
    if (state === 'revoked') return open > 0 ? (reason ?? NO_REASON) : undefined
    if (state !== 'running') return undefined
    if (reason !== undefined || expectedBy === undefined) return reason
    const isLeftAlone = await this.site.engine.workflows.isLeftAlone(id)
    return isLeftAlone ? `the job ${expectedBy} has ended, and not as this workflow does` : undefined
  }

  async #quietly(id: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.site.warn(`the workflow ${id} does not go on yet: ${(error as Error).message}`)
    }
  }
}

/** The job that really failed, for whoever hears of the one that ended as this workflow did. */
function fromOf({ id: workflow, cause }: WorkflowSummary): Pick<Failed['failure'], 'from'> {
  return cause === undefined ? {} : { from: { workflow, ...rootJobOf(workflow, cause) } }
}
