import { z } from 'zod'
import { count, failure, instant, state, text } from './schema-parts.js'

const workflowState = z.enum(['running', 'succeeded', 'failed', 'revoked'])
const progress = z.strictObject({ done: count, failed: count, total: count })

/** What a workflow is made of. */
export const tree = z.strictObject({
  kind: z.enum(['task', 'chain', 'group', 'chord']),
  state,
  id: text.optional(),
  task: text.optional(),
  endsAs: text.optional(),
  role: z.enum(['link', 'error-link']).optional(),
  error: text.optional(),
  more: count.optional(),
  progress: progress.optional(),
  get parts() {
    return z.array(tree).optional()
  },
})

/** A workflow in a list. */
export const listedWorkflow = z.strictObject({
  ...{ id: text, name: text, state: workflowState, done: count, failed: count, total: count },
  ...{ createdAt: instant, finishedAt: instant.optional(), reason: z.string().optional() },
  cause: z.strictObject({ id: text, task: text, error: text }).optional(),
})

/** What `status` tells of them. */
export const workflowsStatus = z.strictObject({
  ...{ running: count, succeeded: count, failed: count, revoked: count, total: count },
  newest: z.array(listedWorkflow),
})

/** What `result` prints of a part of a workflow of which there is no job. */
export const partResult = z.strictObject({
  ...{ id: text, task: text, state, workflow: text, error: failure.optional() },
  ...{ logs: z.tuple([]).optional(), tree: tree.optional() },
})

const report = {
  ...{ id: text, name: text, state: workflowState, jobs: progress, createdAt: instant },
  ...{ finishedAt: instant.optional(), parent: text.optional() },
  cause: z.strictObject({ id: text, task: text }).optional(),
}

/** What `inspect query` prints of a workflow. */
export const queriedWorkflow = z.strictObject(report)

/** What `result` prints of one. */
export const workflowResult = z.strictObject({
  ...{ ...report, error: failure.optional(), result: z.json().optional() },
  tree: tree.optional(),
})
