/** What Celery calls options and settings that have a name of another kind here: no edit distance leads there. */
const CELERY_NAMES: ReadonlyMap<string, string> = new Map([
  ['max_retries', 'retries'],
  ['autoretry_for', 'retryOn'],
  ['dont_autoretry_for', 'dontRetryOn'],
  ['default_retry_delay', 'backoff'],
  ['retry_backoff', 'backoff'],
  ['retry_backoff_max', 'backoff'],
  ['retry_jitter', 'backoff'],
  ['acks_late', 'acks'],
  ['task_id', 'taskId'],
  ['soft_time_limit', 'softTimeLimit'],
  ['serializer', 'codec'],
  ['compression', 'codec'],
  ['broker_url', 'broker'],
  ['task_routes', 'routes'],
  ['task_annotations', 'taskOptions'],
  ['task_default_queue', 'defaultQueue'],
  ['beat_schedule', 'schedule'],
  ['result_expires', 'results'],
])

/** The key that stands here for one of Celery's, where it is one of the known. */
export function celeryMeant(key: string, known: readonly string[]): string | undefined {
  const meant = CELERY_NAMES.get(key)
  return meant !== undefined && known.includes(meant) ? meant : undefined
}
