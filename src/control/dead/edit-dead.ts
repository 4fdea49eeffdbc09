import { randomUUID } from 'node:crypto'
import type { PayloadLimits } from '../../codec/envelope.js'
import type { Viewer } from '../../codec/viewer.js'
import type { Engine } from '../../engine/engine.js'
import { RETRIED } from '../../engine/jobs/retry-script.js'
import { findTask } from '../../task/registry.js'
import { checkArgs } from '../../task/schema.js'
import type { DeadReport } from './dead-letters.js'
import { whyNotRetried } from './dead-letters.js'
import { whyNoJob } from './why-no-job.js'

/** Another try of one job, with other arguments. */
export interface DeadEdit {
  readonly id: string
  readonly args: readonly unknown[]
  readonly dryRun?: boolean
  /** Who does it, for people. */
  readonly by?: string
}

/**
 * Runs one dead letter again with other arguments. All else that it carries stays as it was: its headers, the keys by
 * which limits count it, what it is the same as. Its first payload is kept with it, and who changed it when.
 *
 * @throws TaskqError `TASKQ_PAYLOAD_INVALID` where its task is known here and its schema refuses them;
 *   `TASKQ_PAYLOAD_NOT_JSON`, `TASKQ_PAYLOAD_TOO_LARGE`; `TASKQ_PAYLOAD_KEY_MISSING`, `TASKQ_PAYLOAD_REFUSED`,
 *   `TASKQ_PAYLOAD_MALFORMED` where its payload cannot be read
 */
export async function editAndRetry(
  engine: Engine,
  { id, args, dryRun = false, by }: DeadEdit,
  { codec }: Pick<Viewer, 'codec'>,
  limits: PayloadLimits,
): Promise<DeadReport> {
  const job = await engine.jobs.find(id)
  if (job?.standing.failed !== true)
    return reportOf(dryRun, id, job === undefined ? await whyNoJob(engine, id) : whyNotRetried(-3))
  const definition = findTask(job.task)
  if (definition !== undefined) await checkArgs(definition, args)
  const data = codec.replaceArgs({ id: sealedIdOf(job), task: job.task }, job.data, args, limits)
  if (dryRun) return reportOf(dryRun, id)
  const how = { call: randomUUID(), data, ...(by !== undefined && { by }) }
  const [code] = await engine.jobEdits.retry(job.lane, [id], how)
  return code === RETRIED ? reportOf(dryRun, id) : reportOf(dryRun, id, whyNotRetried(code))
}

/** The id that a payload was encoded for, where another call's payload took the place of the job's own. */
const sealedIdOf = (job: { readonly id: string; readonly sealedFor?: string }): string => job.sealedFor ?? job.id

function reportOf(dryRun: boolean, what: string, why?: string): DeadReport {
  const done = why === undefined ? 1 : 0
  const text = dryRun ? `${done === 1 ? '1 job' : '0 jobs'} would run again with these arguments` : SAYS[done]
  return {
    dryRun,
    done,
    refused: why === undefined ? [] : [{ what, why }],
    text,
    searched: 1,
    left: { revoked: 0, expired: 0 },
  }
}

const SAYS = ['0 jobs run again', '1 job runs again with these arguments'] as const
