import { describe, expect, test } from 'vitest'
import type { Telemetry } from '../../src/context/telemetry.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const fail = (): never => {
  throw new Error('the exporter is broken')
}
const span = { setSpanOnContext: () => ({}), setAttributes: () => {}, recordException: () => {}, end: () => {} }
const manager: Telemetry['contextManager'] = {
  with: (_, work) => work(),
  active: () => ({}),
  getMetadata: () => 'trace',
  fromMetadata: () => ({}),
}
const whole: Telemetry = { tracer: { startSpan: () => span }, contextManager: manager }

describe.each<[string, Telemetry]>([
  ['startSpan', { ...whole, tracer: { startSpan: fail } }],
  ...(['setSpanOnContext', 'setAttributes', 'recordException', 'end'] as const).map((name): [string, Telemetry] => [
    name,
    { ...whole, tracer: { startSpan: () => ({ ...span, [name]: fail }) } },
  ]),
  ...(['with', 'active', 'getMetadata', 'fromMetadata'] as const).map((name): [string, Telemetry] => [
    name,
    { ...whole, contextManager: { ...manager, [name]: fail } },
  ]),
])('a telemetry library whose %s throws', (_, telemetry) => {
  test('keeps no job from being enqueued and run, once', async () => {
    let runs = 0
    const good = defineTask({ name: 'good', retries: 3 }, () => ++runs)
    const bad = defineTask({ name: 'bad' }, () => {
      throw new RangeError('its own')
    })
    const app = testApp(broker, { tasks: [good, bad], config: { telemetry } })
    const { events } = await app.worker()
    expect(await (await good.delay()).get()).toBe(1)
    expect(await rejection((await bad.delay()).get())).toMatchObject({ failure: { message: 'its own' } })
    expect(events.of('job.retried')).toEqual([])
  })
})
