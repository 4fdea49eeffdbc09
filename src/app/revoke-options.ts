import type { RevokeRequest } from '../engine/revokes/revokes.js'
import type { RevokeOptions } from '../task/async-result.js'
import { graceOf } from '../task/revoke-grace.js'
import { callerName } from './caller-name.js'

const NO_REASON = 'an operator revoked it'

/** @throws TaskqError `TASKQ_CONTROL_INVALID` */
export function toRevokeRequest({ reason = NO_REASON, terminate }: RevokeOptions): RevokeRequest {
  const terminateMs = graceOf(terminate)
  return { reason, by: callerName(), ...(terminateMs !== undefined && { terminateMs }) }
}
