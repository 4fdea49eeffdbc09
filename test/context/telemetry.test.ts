import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { BullMQOtel } from 'bullmq-otel'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const inTime = { timeout: '10s' } as const
const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })

/** As the W3C writes it; the SDK's own propagator is in a package of its own. */
const traceparent = {
  inject: (ctx: Parameters<typeof trace.getSpanContext>[0], carrier: Record<string, string>) => {
    const span = trace.getSpanContext(ctx)
    if (span !== undefined) carrier.traceparent = `00-${span.traceId}-${span.spanId}-01`
  },
  extract: (ctx: Parameters<typeof trace.getSpanContext>[0], carrier: Record<string, string>) => {
    const [, traceId, spanId] = carrier.traceparent?.split('-') ?? []
    if (traceId === undefined || spanId === undefined) return ctx
    return trace.setSpanContext(ctx, { traceId, spanId, traceFlags: 1, isRemote: true })
  },
  fields: () => ['traceparent'],
}

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(traceparent as never)
  trace.setGlobalTracerProvider(provider)
})
afterAll(async () => {
  await provider.shutdown()
  trace.disable()
  propagation.disable()
  context.disable()
})
beforeEach(() => exporter.reset())

const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name)
const only = (name: string): ReadableSpan => {
  const [span, ...more] = named(name)
  if (span === undefined || more.length > 0) throw new Error(`${more.length + (span ? 1 : 0)} spans are named ${name}`)
  return span
}
const idOf = (span: ReadableSpan) => span.spanContext().spanId

describe('with telemetry', () => {
  test('a run is traced to its enqueue, and what it enqueues to the run, over all its line', async () => {
    const leaf = defineTask({ name: 'leaf' }, () => trace.getActiveSpan()?.spanContext().traceId)
    const top = defineTask({ name: 'top' }, async () => (await leaf.delay()).id)
    const app = testApp(broker, { tasks: [leaf, top], config: { telemetry: new BullMQOtel({ tracerName: 'test' }) } })
    const { events } = await app.worker()
    const tracer = trace.getTracer('test')
    const result = await tracer.startActiveSpan('request', async (span) => {
      const handle = await top.delay()
      span.end()
      return handle
    })
    const leafId = await result.get(inTime)
    const traceId = await app.client.result(leafId).get(inTime)
    await events.count('job.succeeded', 2)

    const [request, addTop, runTop] = [only('request'), only('add top'), only('process top')]
    const [addLeaf, runLeaf] = [only('add leaf'), only('process leaf')]
    expect(addTop.parentSpanContext?.spanId).toBe(idOf(request))
    expect(runTop.parentSpanContext?.spanId).toBe(idOf(addTop))
    expect(addLeaf.parentSpanContext?.spanId).toBe(idOf(runTop))
    expect(runLeaf.parentSpanContext?.spanId).toBe(idOf(addLeaf))
    expect(new Set([request, addTop, runTop, addLeaf, runLeaf].map((span) => span.spanContext().traceId))).toEqual(
      new Set([traceId]),
    )
    expect([addTop.kind, runTop.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER])
    expect(addTop.attributes).toMatchObject({ 'bullmq.job.name': 'top', 'bullmq.job.id': result.id })
    expect(runTop.attributes).toMatchObject({
      'bullmq.queue.name': 'default',
      'bullmq.job.name': 'top',
      'bullmq.job.id': result.id,
      'bullmq.job.attempts.made': 1,
    })
  })

  test('the jobs of a workflow are traced to where it was made', async () => {
    const first = defineTask({ name: 'first' }, () => 1)
    const second = defineTask({ name: 'second' }, (_, n: number) => n + 1)
    const app = testApp(broker, {
      tasks: [first, second],
      config: { telemetry: new BullMQOtel({ tracerName: 'test' }) },
    })
    const { events } = await app.worker()
    const result = await trace.getTracer('test').startActiveSpan('request', async (span) => {
      const handle = await chain(first.s(), second.s()).delay()
      span.end()
      return handle
    })
    expect(await result.get(inTime)).toBe(2)
    await events.count('job.succeeded', 2)
    for (const name of ['first', 'second']) {
      expect(only(`add ${name}`).parentSpanContext?.spanId).toBe(idOf(only('request')))
      expect(only(`process ${name}`).parentSpanContext?.spanId).toBe(idOf(only(`add ${name}`)))
    }
  })

  test('each run of a job has a span, with what it threw', async () => {
    const task = defineTask({ name: 'flaky', retries: 1, backoff: { type: 'fixed', delay: 0 } }, (ctx) => {
      if (ctx.request.attempt === 1) throw new RangeError('first')
    })
    const app = testApp(broker, { tasks: [task], config: { telemetry: new BullMQOtel({ tracerName: 'test' }) } })
    const { events } = await app.worker()
    await (await task.delay()).get(inTime)
    await events.waitFor('job.succeeded')
    const runs = named('process flaky')
    expect(runs.map((span) => span.attributes['bullmq.job.attempts.made'])).toEqual([1, 2])
    expect(runs.map((span) => span.parentSpanContext?.spanId)).toEqual(Array(2).fill(idOf(only('add flaky'))))
    expect(runs[0]?.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.type': 'RangeError', 'exception.message': 'first' } },
    ])
    expect(runs[1]?.events).toEqual([])
  })

  test('an enqueue that fails has its span, too', async () => {
    const task = defineTask({ name: 'too-large' }, (_, _text: string) => {})
    testApp(broker, { tasks: [task], config: { telemetry: new BullMQOtel(), payload: { max: 10 } } })
    await expect(task.delay('x'.repeat(100))).rejects.toThrow(/the limit is 10/)
    expect(only('add too-large').events).toMatchObject([{ name: 'exception' }])
  })

  test('a trace that cannot be read begins a new one', async () => {
    const task = defineTask({ name: 'odd' }, () => 'ran')
    const app = testApp(broker, { tasks: [task], config: { telemetry: new BullMQOtel() } })
    const { id } = await task.delay()
    const key = app.keys.job('default', id)
    const data = JSON.parse((await app.redis.hget(key, 'data')) ?? '')
    await app.redis.hset(key, 'data', JSON.stringify({ ...data, trace: '{broken' }))
    await app.worker()
    expect(await app.client.result(id).get(inTime)).toBe('ran')
    expect(only('process odd').parentSpanContext).toBeUndefined()
  })

  test('jobs are counted and timed where it has a meter', async () => {
    const told: unknown[] = []
    const meter = {
      createCounter: (name: string) => ({
        add: (value: number, labels?: object) => void told.push([name, value, labels]),
      }),
      createHistogram: (name: string) => ({ record: (value: number) => void told.push([name, typeof value]) }),
      createGauge: () => ({ record: () => {} }),
    }
    const { tracer, contextManager } = new BullMQOtel()
    const task = defineTask({ name: 'counted' }, () => 1)
    const app = testApp(broker, { tasks: [task], config: { telemetry: { tracer, contextManager, meter } } })
    const { events } = await app.worker()
    await task.delay()
    await events.waitFor('job.succeeded')
    expect(told).toEqual([
      ['bullmq.jobs.completed', 1, { 'bullmq.queue.name': 'default', 'bullmq.job.name': 'counted' }],
      ['bullmq.job.duration', 'number'],
    ])
  })
})

test('without telemetry nothing is traced, and no job carries a trace', async () => {
  const task = defineTask({ name: 'bare' }, () => 1)
  const app = testApp(broker, { tasks: [task] })
  await app.worker()
  const result = await trace.getTracer('test').startActiveSpan('request', (span) => {
    span.end()
    return task.delay()
  })
  await result.get(inTime)
  expect(JSON.parse((await app.redis.hget(app.keys.job('default', result.id), 'data')) ?? '')).toEqual({
    v: 1,
    args: [],
  })
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['request'])
})
