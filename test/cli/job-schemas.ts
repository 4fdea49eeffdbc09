import { z } from 'zod'
import { count, failure, instant, ms, state, text } from './schema-parts.js'

/** What came of an action. */
export const action = { done: count, refused: z.array(z.strictObject({ what: text, why: text })), text }

const request = { at: instant, reason: z.string(), terminateMs: ms.optional(), by: text.optional() }
const outcome = z.enum(['removed', 'told', 'too-late', 'unknown'])
const progress = { searched: count, removed: count, told: count }
const revokes = z.strictObject({
  revokes: z.array(
    z.union([
      z.strictObject({ ...request, id: text, task: text.optional(), outcome, state }),
      z.strictObject({ ...request, ...progress, what: text, outcome: z.enum(['begun', 'done']) }),
    ]),
  ),
  total: count,
})

const deadLetter = {
  id: text,
  task: text,
  queue: text,
  state,
  attempts: count,
  args: text,
  enqueuedAt: instant,
  finishedAt: instant.optional(),
  error: text.optional(),
}
const deadWork = z.strictObject({
  ...action,
  dryRun: z.boolean(),
  searched: count,
  left: z.strictObject({ revoked: count, expired: count }),
})

/** What commands that work on jobs print with `--json`. */
export const JOB_SCHEMAS = {
  'dead drop': deadWork,
  'dead list': z.strictObject({ jobs: z.array(z.strictObject(deadLetter)), searched: count, total: count }),
  'dead retry': deadWork,
  'dead show': z.strictObject({
    ...deadLetter,
    workflow: text.optional(),
    startedAt: instant.optional(),
    worker: text.optional(),
    failure: failure.optional(),
    tries: z.array(
      z.strictObject({ attempt: count, error: text, startedAt: instant, endedAt: instant, worker: text.optional() }),
    ),
    audit: z.array(z.strictObject({ at: instant, did: z.enum(['retry', 'edit and retry']), by: z.string() })),
    timeline: z.array(z.strictObject({ at: instant, what: text })),
    logs: z.array(z.string()),
  }),
  'inspect revoked': revokes,
  purge: z.strictObject({
    dryRun: z.boolean(),
    purged: count,
    queues: z.array(z.strictObject({ queue: text, purged: count })),
  }),
  revoke: z.union([
    revokes,
    z.strictObject(progress),
    z.strictObject({ jobs: z.array(z.strictObject({ id: text, outcome })) }),
  ]),
} satisfies Readonly<Record<string, z.ZodType>>
