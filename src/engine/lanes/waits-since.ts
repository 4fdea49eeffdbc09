/**
 * The field of a job that says since when it has waited, in milliseconds since 1970, where that is not since it was
 * enqueued: one that is run again waits anew.
 */
export const WAITS_SINCE_FIELD = 'waitsSince'
