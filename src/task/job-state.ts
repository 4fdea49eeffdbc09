/**
 * Where a job stands.
 *
 * - `scheduled`: waits for its time
 * - `queued`: waits for a worker
 * - `active`: runs now
 * - `retrying`: failed at least once, waits for its next run
 * - `blocked`: waits for the end of another job
 * - `succeeded`, `failed`: done. `dead`: failed with no retry left, or took its workers down
 * - `revoked`: ended on request, before it was done. `expired`: ended before it ran
 * - `unknown`: no such job, or its result's time is over
 *
 * docs/glossary.md maps them to Celery's.
 */
export type JobState =
  | 'scheduled'
  | 'queued'
  | 'active'
  | 'retrying'
  | 'blocked'
  | 'succeeded'
  | 'failed'
  | 'dead'
  | 'revoked'
  | 'expired'
  | 'unknown'
