import type { CalledJob } from '../../app/call-task.js'
import { safeLines } from '../../codec/safe-text.js'

/** A job's result, where it was waited for; else its id. */
export const presentCall = (job: CalledJob): string =>
  'result' in job ? safeLines(JSON.stringify(job.result, null, 2)) : job.id
