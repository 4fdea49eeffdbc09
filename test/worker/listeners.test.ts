import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { describeConfig } from '../../src/config/describe-config.js'
import { findProblems } from '../../src/config/find-problems.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { EVENT_NAMES, tellListeners } from '../../src/events/listeners.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const inTime = { timeout: '10s' } as const

describe('what the configuration listens to', () => {
  test('is told in the process where it happens, with the event', async () => {
    const heard: unknown[][] = []
    const task = defineTask({ name: 'told' }, () => 1)
    const app = testApp(broker, {
      tasks: [task],
      config: {
        on: {
          'job.enqueued': ({ id, task: name, queue, deduplicated }) =>
            heard.push(['enqueued', id, name, queue, deduplicated]),
          'job.started': ({ id, attempt }) => heard.push(['started', id, attempt]),
          'job.succeeded': ({ id, runMs }) => heard.push(['succeeded', id, typeof runMs]),
        },
      },
    })
    const { events } = await app.worker()
    const { id } = await task.delay()
    await events.waitFor('job.succeeded')
    expect(heard).toEqual(expect.arrayContaining([['enqueued', id, 'told', 'default', false]]))
    expect(heard.filter(([what]) => what !== 'enqueued')).toEqual([
      ['started', id, 1],
      ['succeeded', id, 'number'],
    ])
    const again = await task.applyAsync([], { taskId: 'one' })
    await task.applyAsync([], { taskId: 'one' })
    expect(heard.slice(-6)).toEqual(expect.arrayContaining([['enqueued', again.id, 'told', 'default', true]]))
  })

  test('is told when the worker is ready, and when it has stopped', async () => {
    const heard: unknown[] = []
    const task = defineTask({ name: 'counted', queue: 'mails' }, () => 1)
    const app = testApp(broker, {
      tasks: [task],
      config: {
        on: {
          'worker.ready': ({ worker, queues }) => heard.push([worker, queues]),
          'worker.stopped': ({ worker, succeeded, failed }) => heard.push([worker, succeeded, failed]),
        },
      },
    })
    await task.delay()
    const { worker } = await app.worker({ name: 'w', burst: true })
    await worker.done
    const name = expect.stringMatching(/^w@/)
    await vi.waitFor(() =>
      expect(heard).toEqual([
        [name, ['default', 'mails']],
        [name, 1, 0],
      ]),
    )
  })

  test('stops nothing where it fails: that is reported', async () => {
    const task = defineTask({ name: 'works' }, () => 'done')
    const app = testApp(broker, {
      tasks: [task],
      config: {
        on: {
          'job.enqueued': () => {
            throw new Error('deaf')
          },
          'job.started': () => {
            throw new Error('no ears')
          },
          'job.succeeded': async () => {
            throw new Error('later')
          },
        },
      },
    })
    const { events } = await app.worker()
    expect(await (await task.delay()).get(inTime)).toBe('done')
    expect(await (await task.delay()).get(inTime)).toBe('done')
    await events.count('job.succeeded', 2)
    await events.waitFor('listener.failed', ({ event }) => event === 'job.succeeded')
    expect(events.of('listener.failed')).toEqual([
      { name: 'listener.failed', event: 'job.started', message: 'no ears' },
      { name: 'listener.failed', event: 'job.succeeded', message: 'later' },
    ])
    expect(app.warnings).toEqual(['what listens to job.enqueued failed: deaf'])
  })
})

test('the guide names every event that can be listened to, and no other', () => {
  const guide = readFileSync(new URL('../../docs/guides/context-and-middleware.md', import.meta.url), 'utf8')
  const list = guide.split('\n').filter((line) => line.includes('` · `'))
  const named = list.flatMap((line) => line.match(/[a-z]+\.[a-z-]+/g) ?? [])
  expect(['job.enqueued', ...named].sort()).toEqual([...EVENT_NAMES].sort())
})

test('taskq config tells what is hooked in, without running it', () => {
  const value = {
    middleware: [{ run: (_: unknown, next: () => unknown) => next(), enqueue: () => {} }, { run: () => {} }],
    on: { 'job.succeeded': () => {}, 'job.started': undefined },
    telemetry: {
      tracer: { startSpan() {} },
      contextManager: { with() {}, active() {}, getMetadata() {}, fromMetadata() {} },
    },
  }
  const config = resolveConfig({ root: '/app', file: { path: 'x', value } })
  const shown = new Map(describeConfig(config).map(({ key, value: said }) => [key, said]))
  expect(shown.get('middleware')).toEqual(['enqueue and run', 'run'])
  expect(shown.get('on')).toEqual(['job.succeeded'])
  expect(shown.get('telemetry')).toBe('configured')
  expect(Object.isFrozen(value.telemetry)).toBe(false)
  expect(Object.isFrozen(value.middleware[0])).toBe(false)
})

describe('tellListeners', () => {
  test('calls nobody for what nobody listens to', () => {
    const reports: unknown[] = []
    const tell = tellListeners({}, (failed) => reports.push(failed))
    tell({ name: 'broker.trouble', message: 'x' })
    tell({ name: 'listener.failed', event: 'a', message: 'b' })
    expect(reports).toEqual([])
  })
})

describe('a configuration with wrong hooks is refused', () => {
  test.each([
    [{ middleware: {} }, 'middleware', 'a list such as [{ enqueue, run }]'],
    [{ middleware: [null] }, 'middleware[0]', 'an object with enqueue, run, or both'],
    [{ middleware: [{}] }, 'middleware[0]', 'an object with enqueue, run, or both'],
    [{ middleware: [{ run: 1 }] }, 'middleware[0].run', 'a function'],
    [{ on: [] }, 'on', expect.stringContaining('an object')],
    [{ on: 'job.started' }, 'on', expect.stringContaining('an object')],
    [{ on: { 'job.started': 1 } }, 'on.job.started', 'a function'],
    [{ telemetry: {} }, 'telemetry', expect.stringContaining('bullmq-otel')],
    [{ telemetry: true }, 'telemetry', expect.stringContaining('bullmq-otel')],
  ])('%o', (config, key, expected) => {
    expect(findProblems(config)).toMatchObject([{ key, expected }])
  })

  test('with the nearest event named', () => {
    expect(findProblems({ on: { 'job.succeded': () => {} } })).toMatchObject([
      { key: 'on.job.succeded', nearest: 'job.succeeded' },
    ])
  })
})
