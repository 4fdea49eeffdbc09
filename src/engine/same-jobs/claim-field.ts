/** The field of a job that names its claim: BullMQ's own for what it calls deduplication, so that it comes along with every job that is taken. */
export const CLAIM_FIELD = 'deid'

/** The kind of claims on ids that callers gave: they hold as long as there is anything of their jobs, results included. */
export const GIVEN = 'id'

/** What a job that stands for other calls knows of that. */
export interface ClaimFacts {
  /** The key of its claim. */
  readonly claim?: string
  /** The id under which its data were written, where a later call's stand in their place. */
  readonly sealedFor?: string
}

/** Reads the field: the id under which the job's data were written, and its claim. */
export function readClaim(id: string, stored: string | undefined): ClaimFacts {
  const at = stored?.indexOf(':') ?? -1
  if (stored === undefined || at < 0) return {}
  const sealedFor = stored.slice(0, at)
  return { claim: stored.slice(at + 1), ...(sealedFor !== id && { sealedFor }) }
}

/** Reads the claim in a script; nil where there is none, and where something else stands in the job's place. */
export const CLAIM_OF = `
local function claimOf(job)
  local stored = redis.pcall('HGET', job, '${CLAIM_FIELD}')
  return type(stored) == 'string' and string.match(stored, '^[^:]*:(.*)$') or nil
end
`

/** Whether a job is there, in a script. What is no hash is none: a command for hashes would end the script. */
export const IS_JOB = `
local function isJob(job)
  local fields = redis.pcall('HLEN', job)
  return type(fields) == 'number' and fields > 0
end
`
