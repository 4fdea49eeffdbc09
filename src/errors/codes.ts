/**
 * The table of every error code, one line each, grouped by area.
 *
 * A code is never reused for another meaning. `docs/reference/errors.md` lists the same codes; a test
 * holds the two against each other.
 */
export const ERROR_CODES = {
  // Tasks and their options
  TASKQ_TASK_NAME_TAKEN: 'Two tasks have the same name.',
  TASKQ_TASK_INVALID: 'A class or function cannot be used as a task.',
  TASKQ_TASK_OPTION_INVALID: 'An option of a task has a value it cannot have.',
  TASKQ_SIGNAL_INVALID: 'A signal that a task throws was given a value it cannot have.',
  TASKQ_TASK_NOT_REGISTERED: 'A class without @Task was used as a task.',
  // What crosses the wire
  TASKQ_PAYLOAD_NOT_JSON: 'An argument would be changed by JSON.',
  TASKQ_PAYLOAD_TOO_LARGE: 'The arguments are larger than the limit.',
  TASKQ_RESULT_TOO_LARGE: 'A task returned more than a result may be.',
  TASKQ_PAYLOAD_INVALID: "The arguments are not what the task's schema asks for.",
  TASKQ_PAYLOAD_OUTDATED: "The arguments are of a version that the task's code cannot bring up to date.",
  TASKQ_PAYLOAD_MALFORMED: 'A stored job cannot be read.',
  TASKQ_PAYLOAD_REFUSED: 'A stored job or result is not as this app wrote it.',
  TASKQ_PAYLOAD_KEY_MISSING: 'A key to encrypt, decrypt or check with is missing.',
  // Enqueueing
  TASKQ_ENQUEUE_OPTION_INVALID: 'An option of applyAsync has a value it cannot have.',
  TASKQ_ENQUEUE_NOT_SENT: 'The broker was not reachable: the job does not exist.',
  TASKQ_ENQUEUE_UNKNOWN: 'The broker did not answer in time: the job may exist.',
  TASKQ_ENQUEUE_UNREPLICATED: 'The job exists, but replicas did not confirm it in time.',
  TASKQ_ENQUEUE_REFUSED: 'The broker refused the job.',
  TASKQ_CONTEXT_INVALID: 'What withContext was given cannot travel with jobs.',
  TASKQ_MIDDLEWARE_INVALID: 'A middleware does not do what it must.',
  // Workflows
  TASKQ_WORKFLOW_INVALID: 'A workflow, or what is asked of it, is not possible.',
  TASKQ_WORKFLOW_TOO_LARGE: 'A workflow has more parts than one can have.',
  TASKQ_WORKFLOW_UPSTREAM: 'A part of a workflow will not run: one before it failed.',
  TASKQ_WORKFLOW_CHORD: "A chord's body will not run: a job of its header failed.",
  TASKQ_WORKFLOW_LOST: 'A job of a workflow is gone, and nobody knows what it came to.',
  // Broker
  TASKQ_BROKER_UNREACHABLE: 'No connection to the broker.',
  TASKQ_BROKER_AUTH: 'The broker refused the user or the password.',
  TASKQ_BROKER_REFUSED: 'The broker refused to do it.',
  TASKQ_BROKER_DAMAGED: 'A key of taskq holds something else.',
  TASKQ_BROKER_UNSUPPORTED: 'The broker is too old, or lacks what is needed.',
  TASKQ_BROKER_UNSAFE: 'The broker may drop jobs.',
  TASKQ_CLOCK_SKEW: "This machine's clock and the broker's are too far apart.",
  TASKQ_BROKER_CONFIG: 'The broker option cannot be used.',
  TASKQ_EMBEDDED_REFUSED: 'The embedded broker is for development only.',
  TASKQ_EMBEDDED_START: 'The embedded broker did not start.',
  // Results
  TASKQ_RESULT_TIMEOUT: 'The job did not finish in time.',
  TASKQ_RESULT_UNKNOWN: 'No job has this id.',
  TASKQ_RESULT_EXPIRED: 'The result was kept for its time and is gone.',
  TASKQ_RESULT_IGNORED: 'The task keeps no result.',
  TASKQ_JOB_FAILED: 'The job failed.',
  TASKQ_JOB_CRASHED: 'The job took its worker down too often, or the child that it ran in.',
  TASKQ_JOB_REVOKED: 'The job was revoked.',
  TASKQ_JOB_EXPIRED: 'The job did not begin in time.',
  TASKQ_JOB_TIME_LIMIT: 'The run took longer than its time limit.',
  TASKQ_JOB_SHUTDOWN: 'The worker shut down before the run was done.',
  // Schedules
  TASKQ_SCHEDULE_INVALID: 'A schedule entry, or what is asked of it, is not possible.',
  TASKQ_SCHEDULE_UNKNOWN: 'No schedule entry has this name.',
  TASKQ_SCHEDULE_EXISTS: 'There is a schedule entry of this name.',
  TASKQ_SCHEDULE_CODE_OWNED: 'The schedule entry belongs to the code.',
  TASKQ_SCHEDULE_CONFLICT: 'Others kept changing the schedule entry.',
  // Steering
  TASKQ_CONTROL_INVALID: 'What workers, queues or jobs were told to do is not possible.',
  TASKQ_CONTROL_NO_WORKER: 'No worker has this name.',
  TASKQ_QUEUE_UNKNOWN: 'No queue has this name.',
  TASKQ_TASK_UNKNOWN: 'No worker knows this task.',
  // Config and discovery
  TASKQ_CONFIG_INVALID: 'The configuration has problems.',
  TASKQ_ROUTE_INVALID: 'A function among the routes failed, or named no queue.',
  TASKQ_CONFIG_UNREADABLE: 'The configuration file cannot be loaded.',
  TASKQ_DISCOVERY_FAILED: 'Task files cannot be imported.',
  TASKQ_DISCOVERY_OUTSIDE: 'A task file lies outside the project.',
  // Worker
  TASKQ_WORKER_NOTHING_TO_DO: 'The worker has no queue to serve.',
  TASKQ_WORKER_STUCK: 'The worker takes no jobs, though it could.',
  TASKQ_METRICS_LISTEN: 'Metrics or health cannot be served on this port or address.',
  TASKQ_DEV_IN_PRODUCTION: 'taskq dev is not for production.',
  // Scaffolding
  TASKQ_SCAFFOLD_NAME: 'The project name cannot be used.',
  TASKQ_SCAFFOLD_TARGET: 'The target folder cannot be used.',
  TASKQ_SCAFFOLD_FAILED: 'The project was not written.',
  // Command line
  TASKQ_USAGE: 'The command was called in a wrong way.',
} as const

/** A stable code, such as `TASKQ_RESULT_TIMEOUT`. */
export type ErrorCode = keyof typeof ERROR_CODES
