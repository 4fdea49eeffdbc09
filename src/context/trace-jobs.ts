import { errorOf } from '../errors/job-failure.js'
import type { Middleware } from '../task/middleware.js'
import type { RunContext } from '../task/run-context.js'
import { runInScope, scopeHere } from './scope.js'
import type { Telemetry, TelemetrySpan } from './telemetry.js'

/** As OpenTelemetry and BullMQ number them. */
const PRODUCER = 3
const CONSUMER = 4

/**
 * A span around each enqueue and each run; a run's is a child of the one that its job was enqueued in. What the library
 * throws is told once, and changes nothing: calls and runs go on without a span.
 */
export function traceJobs(telemetry: Telemetry): Required<Middleware> {
  const { tracer, contextManager } = telemetry
  const attempt = guard()
  return {
    enqueue: (call, next) => {
      const here = attempt(() => (isCalledLater() ? parentOf(telemetry) : contextManager.active()))
      const span = attempt(() => tracer.startSpan(`add ${call.task}`, { kind: PRODUCER }, here))
      if (span === undefined) return next()
      const inside = attempt(() => span.setSpanOnContext(here)) ?? here
      const trace = attempt(() => contextManager.getMetadata(inside))
      const send = () => runInScope({ ...scopeHere(), trace }, () => next())
      return during(span, attempt, async () => {
        attempt(() => span.setAttributes({ 'bullmq.queue.operation': 'add', 'bullmq.job.name': call.task }))
        const handle = await within(inside, send, contextManager, attempt)
        attempt(() => span.setAttributes({ 'bullmq.job.id': handle.id }))
        return handle
      })
    },
    run: (context, next) => {
      const parent = attempt(() => parentOf(telemetry))
      const span = attempt(() => tracer.startSpan(`process ${context.request.task}`, { kind: CONSUMER }, parent))
      if (span === undefined) return next()
      const inside = attempt(() => span.setSpanOnContext(parent)) ?? parent
      return during(span, attempt, () => {
        attempt(() => span.setAttributes(attributesOf(context)))
        return within(inside, next, contextManager, attempt)
      })
    },
  }
}

/** The trace that the code that asks is a part of, as a text that can travel; undefined where the library throws. */
export function traceHere({ contextManager }: Telemetry): string | undefined {
  try {
    return contextManager.getMetadata(contextManager.active())
  } catch {
    return undefined
  }
}

/** Whether a call is made later than it was asked for, as a workflow's are: in the trace of then. */
const isCalledLater = (): boolean => {
  const scope = scopeHere()
  return scope?.trace !== undefined && scope.run === undefined
}

/** Calls the library; undefined where that throws. */
type Attempt = <T>(call: () => T) => T | undefined

function guard(): Attempt {
  let isTold = false
  return (call) => {
    try {
      return call()
    } catch (error) {
      if (!isTold) process.emitWarning(`telemetry failed, and goes unheeded: ${errorOf(error).message}`, 'TaskqWarning')
      isTold = true
      return undefined
    }
  }
}

/** Does the work in the library's context; without it where that does not begin it. */
function within<T>(
  context: unknown,
  work: () => Promise<T>,
  manager: Telemetry['contextManager'],
  attempt: Attempt,
): Promise<T> {
  let begun: Promise<T> | undefined
  const begin = () => {
    begun ??= (async () => work())()
    return begun
  }
  const entered: unknown = attempt(() => manager.with(context, begin))
  // What it makes of the work's promise is nobody's; how that fails is the caller's below.
  if (entered instanceof Promise && entered !== begun) entered.catch(() => {})
  return begin()
}

/** The span that the running job was enqueued in. What came over the wire may be anything. */
function parentOf({ contextManager }: Telemetry): unknown {
  const trace = scopeHere()?.trace
  const here = contextManager.root?.() ?? contextManager.active()
  if (trace === undefined) return here
  try {
    return contextManager.fromMetadata(here, trace)
  } catch {
    return here
  }
}

const attributesOf = ({ request }: RunContext) => ({
  'bullmq.queue.operation': 'process',
  'bullmq.queue.name': request.queue,
  'bullmq.job.name': request.task,
  'bullmq.job.id': request.id,
  'bullmq.job.attempts.made': request.attempt,
})

async function during<T>(span: TelemetrySpan, attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    attempt(() => span.recordException(errorOf(thrown)))
    throw thrown
  } finally {
    attempt(() => span.end())
  }
}
