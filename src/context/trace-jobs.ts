import { errorOf } from '../errors/job-failure.js'
import type { Middleware } from '../task/middleware.js'
import type { RunContext } from '../task/run-context.js'
import { runInScope, scopeHere } from './scope.js'
import type { Telemetry, TelemetrySpan } from './telemetry.js'

/** As OpenTelemetry and BullMQ number them. */
const PRODUCER = 3
const CONSUMER = 4

/** A span around each enqueue and each run; a run's is a child of the one that its job was enqueued in. */
export function traceJobs(telemetry: Telemetry): Required<Middleware> {
  const { tracer, contextManager } = telemetry
  return {
    enqueue: (call, next) => {
      const here = contextManager.active()
      const span = tracer.startSpan(`add ${call.task}`, { kind: PRODUCER }, here)
      const inside = span.setSpanOnContext(here)
      const trace = contextManager.getMetadata(inside)
      return during(span, async () => {
        span.setAttributes({ 'bullmq.queue.operation': 'add', 'bullmq.job.name': call.task })
        const send = () => runInScope({ ...scopeHere(), trace }, () => next())
        const handle = await contextManager.with(inside, send)
        span.setAttributes({ 'bullmq.job.id': handle.id })
        return handle
      })
    },
    run: (context, next) => {
      const parent = parentOf(telemetry)
      const span = tracer.startSpan(`process ${context.request.task}`, { kind: CONSUMER }, parent)
      return during(span, () => {
        span.setAttributes(attributesOf(context))
        return contextManager.with(span.setSpanOnContext(parent), next)
      })
    },
  }
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

async function during<T>(span: TelemetrySpan, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    span.recordException(errorOf(thrown))
    throw thrown
  } finally {
    span.end()
  }
}
