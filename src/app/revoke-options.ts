import type { RevokeRequest } from '../engine/revokes/revokes.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { RevokeOptions } from '../task/async-result.js'
import { OptionReader } from '../task/options/option-reader.js'
import { graceOf } from '../task/revoke-grace.js'
import { callerName } from './caller-name.js'

const NO_REASON = 'an operator revoked it'

/** @throws TaskqError `TASKQ_CONTROL_INVALID` */
export function toRevokeRequest(options: RevokeOptions): RevokeRequest {
  const reader = new OptionReader(options)
  reader.refuseUnknown(['reason', 'terminate'])
  const reason = reader.read('reason', 'a text', (value) => typeof value === 'string') ?? NO_REASON
  if (reader.problems.length > 0) throw new TaskqError('TASKQ_CONTROL_INVALID', reader.complaint)
  const { terminate } = options
  const terminateMs = graceOf(terminate)
  return { reason, by: callerName(), ...(terminateMs !== undefined && { terminateMs }) }
}
