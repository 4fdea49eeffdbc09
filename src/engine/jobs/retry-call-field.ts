/** The field of a job that names the call that ran it again last, or by which it waits again for what it ends as. */
export const RETRY_CALL_FIELD = 'retryCall'
