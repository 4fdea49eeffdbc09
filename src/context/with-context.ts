import { findInexact } from '../codec/exact-json.js'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { isPlainRecord } from '../schedule/plain-data.js'
import type { RunContext } from '../task/run-context.js'
import { type ContextValues, runInScope, scopeHere } from './scope.js'

/** Bytes of JSON that a context may be: every job carries it, and every job that those enqueue. */
const MAX_BYTES = 4096

const NOTHING: ContextValues = Object.freeze({})

/**
 * Calls a function with these values in its context. Jobs that it enqueues, directly or not, take the context along;
 * their runs have it again, and so do the jobs that those enqueue.
 *
 * @param values are added to the context that is there; `undefined` takes a value out. At most 4 KiB of JSON altogether
 * @returns what the function returns
 * @throws TaskqError `TASKQ_CONTEXT_INVALID`
 *
 * @example
 * app.use((req, res, next) => withContext({ tenant: req.tenant, requestId: req.id }, next))
 */
export function withContext<T>(values: ContextValues, work: () => T): T {
  const scope = scopeHere()
  const carried = merge(scope?.carried ?? NOTHING, values)
  return runInScope({ run: scope?.run, trace: scope?.trace, carried }, work)
}

/**
 * The context of the code that asks: what {@link withContext} put there, in this process or in the one that enqueued the
 * running job. Empty where nobody did.
 */
export const currentContext = (): ContextValues => scopeHere()?.carried ?? NOTHING

/**
 * The run that the code that asks is a part of, however deep it was called: its `request`, `log`, `signal` and
 * `progress`. Undefined outside of tasks.
 *
 * @example
 * currentJob()?.log.info({ rows }, 'imported')
 */
export const currentJob = (): RunContext | undefined => scopeHere()?.run

/** A copy of its own, so that nobody changes what jobs carry after it was checked. */
function merge(there: ContextValues, values: ContextValues): ContextValues {
  if (!isPlainRecord(values)) throw invalid(`expected an object such as { tenant: 'a' }, got ${show(values)}`)
  const entries = Object.entries({ ...there, ...values }).filter(([, value]) => value !== undefined)
  const merged = Object.fromEntries(entries)
  const inexact = findInexact(merged, 'context')
  if (inexact !== undefined) throw invalid(`${inexact.path} is ${inexact.what}`)
  const text = JSON.stringify(merged)
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES) throw invalid(`the context is ${bytes} bytes of JSON, the limit is ${MAX_BYTES}`)
  return Object.freeze(JSON.parse(text) as ContextValues)
}

const invalid = (message: string): TaskqError =>
  new TaskqError('TASKQ_CONTEXT_INVALID', `withContext: ${message}`, {
    hint: 'A context travels as JSON with every job: put identifiers into it, not data.',
  })
