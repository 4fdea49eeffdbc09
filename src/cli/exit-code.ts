import type { ErrorCode } from '../errors/codes.js'

/** What the caller did wrong, on the command line or in the configuration: these end with 2, all else with 1. */
const WRONG_USE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'TASKQ_USAGE',
  'TASKQ_CONFIG_INVALID',
  'TASKQ_CONFIG_UNREADABLE',
  'TASKQ_BROKER_CONFIG',
  'TASKQ_EMBEDDED_REFUSED',
  'TASKQ_ENQUEUE_OPTION_INVALID',
  'TASKQ_PAYLOAD_NOT_JSON',
  'TASKQ_PAYLOAD_TOO_LARGE',
  'TASKQ_TASK_NAME_TAKEN',
  'TASKQ_TASK_INVALID',
  'TASKQ_TASK_OPTION_INVALID',
  'TASKQ_SCHEDULE_INVALID',
  'TASKQ_CONTROL_INVALID',
  'TASKQ_WORKER_NOTHING_TO_DO',
  'TASKQ_DEV_IN_PRODUCTION',
  'TASKQ_SCAFFOLD_NAME',
  'TASKQ_SCAFFOLD_TARGET',
])

/** The exit code for an error's code: 2 for wrong use or configuration, else 1. */
export const exitCodeOf = (code: ErrorCode | undefined): 1 | 2 => (code !== undefined && WRONG_USE.has(code) ? 2 : 1)
