import type { Envelope } from '../codec/envelope.js'

/** What a job takes along from where it is enqueued: the job that runs there, and that code's context. */
export function lineageHere(): Pick<Envelope, 'parent' | 'root' | 'context'> {
  return {}
}
