import { hostname } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { planWorker, type WorkerRequest } from '../../src/app/worker-request.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskDefinition } from '../../src/task/definition.js'
import type { TaskOptions } from '../../src/task/options.js'
import { forgetTasks } from '../../src/task/registry.js'
import { refusal } from '../support/refusal.js'

const quiet = { onEvent: () => {}, onLog: () => {} }

function plan(config: TaskqConfig, tasks: readonly TaskDefinition[], request: Partial<WorkerRequest> = {}) {
  const resolved = resolveConfig({ root: '/', file: { path: 'test', value: config } })
  return planWorker(resolved, tasks, { ...quiet, ...request }, '1.2.3')
}

function taskOf(options: TaskOptions & { name: string }): TaskDefinition {
  onTestFinished(() => forgetTasks(options.name))
  return defineTask(options, () => {}).definition
}

describe('planWorker', () => {
  test('serves all queues that anything names, each once, by name', () => {
    const config: TaskqConfig = {
      defaultQueue: 'main',
      queues: { emails: {}, audit: {} },
      routes: [['r.*', { queue: 'reports' }]],
    }
    const tasks = [taskOf({ name: 'a' }), taskOf({ name: 'b', queue: 'emails' }), taskOf({ name: 'r.Daily' })]
    expect(plan(config, tasks).queues).toEqual(['audit', 'emails', 'main', 'reports'])
  })

  test('serves the queues that were asked for, less those that were not', () => {
    const tasks = [taskOf({ name: 'b', queue: 'emails' })]
    expect(plan({}, tasks, { queues: ['x', 'x', 'emails'] }).queues).toEqual(['emails', 'x'])
    expect(plan({}, tasks, { excludeQueues: ['default', 'unknown'] }).queues).toEqual(['emails'])
    expect(plan({}, tasks, { queues: ['a', 'b'], excludeQueues: ['b'] }).queues).toEqual(['a'])
  })

  test('refuses names that no queue can have, all at once', () => {
    const error = refusal(() => plan({}, [], { queues: ['a:b', 'ok'], excludeQueues: ['c d'] }))
    expect(error).toMatchObject({ code: 'TASKQ_USAGE', message: expect.stringMatching(/"a:b".*"c d"/) })
  })

  test('takes its limits from the config', () => {
    const config: TaskqConfig = {
      worker: { concurrency: 7, shutdownTimeout: '3s', lock: '2s', stallCheck: '1s' },
      queues: { emails: { concurrency: 2 }, reports: {} },
      results: { ttl: '1h' },
      deadLetters: { ttl: '2d', max: 5 },
    }
    expect(plan(config, [])).toMatchObject({
      concurrency: 7,
      shutdownMs: 3000,
      lockMs: 2000,
      stallCheckMs: 1000,
      queueConcurrency: new Map([['emails', 2]]),
      resultTtlMs: 3_600_000,
      retention: { resultTtlMs: 3_600_000, deadLetterTtlMs: 172_800_000, maxDeadLetters: 5 },
      crashBudget: 3,
      burst: false,
      maxJobs: Number.POSITIVE_INFINITY,
      version: '1.2.3',
    })
  })

  test('has a name for people and an id of its own', () => {
    const [a, b] = [plan({}, [], { name: 'mail' }), plan({}, [])]
    expect([a.name, b.name]).toEqual([`mail@${hostname()}`, `worker@${hostname()}`])
    expect(a.id).not.toBe(b.id)
  })

  test('once means one job in one slot', () => {
    expect(plan({ worker: { concurrency: 9 } }, [], { once: true })).toMatchObject({ concurrency: 1, maxJobs: 1 })
  })

  test('tells where each task goes', () => {
    const tasks = [
      taskOf({ name: 'a', rateLimit: '1/s', ignoreResult: true }),
      taskOf({ name: 'r.b' }),
      taskOf({ name: 'c', queue: 'own' }),
    ]
    expect(plan({ routes: [['r.*', { queue: 'reports' }]] }, tasks).taskFacts).toEqual(
      new Map([
        ['a', { queue: 'default', limited: true, ignoreResult: true, rate: { max: 1, durationMs: 1000 } }],
        ['r.b', { queue: 'reports', limited: false, ignoreResult: false }],
        ['c', { queue: 'own', limited: false, ignoreResult: false }],
      ]),
    )
  })
})
