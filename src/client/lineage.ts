import type { Envelope } from '../codec/envelope.js'
import { scopeHere } from '../context/scope.js'

/** What a job takes along from where it is enqueued: the job that runs there, and that code's context. */
export function lineageHere(): Pick<Envelope, 'parent' | 'root' | 'context' | 'trace'> {
  const scope = scopeHere()
  if (scope === undefined) return NOTHING
  const { run, carried, trace } = scope
  return {
    ...(run !== undefined && { parent: run.request.id, root: run.request.root }),
    ...(carried !== undefined && Object.keys(carried).length > 0 && { context: carried }),
    ...(trace !== undefined && { trace }),
  }
}

const NOTHING = Object.freeze({})
