import type { JobFailure } from '../../errors/job-failure.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { readClaim } from '../same-jobs/claim-field.js'
import type { JobStanding } from './job-record.js'
import type { JobPlaceName, JobSummary } from './job-summary.js'
import { type JobHead, readJobHeads } from './job-summary-script.js'

/** Where a list found a job. */
export interface JobSpot {
  readonly id: string
  readonly lane: string
  readonly dueAt?: number
}

/** Reads jobs that were found in a place, in one trip; those that are gone by now are left out. */
export async function readSummaries(
  connection: Connection,
  keys: Keys,
  place: JobPlaceName,
  spots: readonly JobSpot[],
): Promise<JobSummary[]> {
  if (spots.length === 0) return []
  const heads = await readJobHeads(
    connection,
    spots.map(({ lane, id }) => keys.job(lane, id)),
  )
  return spots.flatMap((spot, index) => {
    const head = heads[index]
    return head ? [toSummary(spot, head, STANDINGS[place])] : []
  })
}

function toSummary({ id, lane, dueAt }: JobSpot, head: JobHead, standing: JobStanding): JobSummary {
  const [enqueuedAt, startedAt, finishedAt, attemptsMade, task, progress, failure, dataBytes, data, claim] = head
  return {
    id,
    lane,
    dueAt,
    dataBytes,
    standing,
    task: task ?? '',
    data: data ?? undefined,
    enqueuedAt: toNumber(enqueuedAt) ?? 0,
    attemptsMade: toNumber(attemptsMade) ?? 0,
    startedAt: toNumber(startedAt),
    finishedAt: toNumber(finishedAt),
    progress: parseProgress(progress),
    failure: failure === null ? undefined : toFailure(failure),
    ...readClaim(id, claim ?? undefined),
  }
}

/** Undefined for what is none: it may be damaged. */
const toNumber = (text: string | null): number | undefined =>
  text !== null && text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined

const toFailure = ([name, message, code]: NonNullable<JobHead[6]>): JobFailure => ({
  name: name ?? 'Error',
  message,
  ...(code !== null && { code }),
})

function parseProgress(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const NOWHERE: JobStanding = { succeeded: false, failed: false, delayed: false, locked: false, waitsForChildren: false }

/** What a place says of the jobs in it. */
const STANDINGS: Readonly<Record<JobPlaceName, JobStanding>> = {
  active: { ...NOWHERE, locked: true },
  queued: NOWHERE,
  blocked: { ...NOWHERE, waitsForChildren: true },
  scheduled: { ...NOWHERE, delayed: true },
  retrying: { ...NOWHERE, delayed: true },
  succeeded: { ...NOWHERE, succeeded: true },
  dead: { ...NOWHERE, failed: true },
}
