import { describe, expect, test } from 'vitest'
import { type CheckableProject, checkProject } from '../../src/app/check/check-project.js'
import { explainTask } from '../../src/app/check/explain-task.js'
import { presentCheck, presentExplanation } from '../../src/cli/presenters/check.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import type { TaskDefinition } from '../../src/task/definition.js'
import { resolveTaskOptions, type TaskOptions } from '../../src/task/options.js'

const taskOf = (options: TaskOptions): TaskDefinition => ({
  ...resolveTaskOptions(options, 'task'),
  source: '/app/src/tasks/t.ts:3',
  run: () => {},
})
const configOf = (config: TaskqConfig) =>
  resolveConfig({ root: '/app', file: { path: '/app/taskq.config.ts', value: config } })

const check = (config: TaskqConfig, tasks: readonly TaskOptions[], failures: readonly object[] = []) =>
  checkProject({
    config: configOf(config),
    discover: async () => ({
      tasks: tasks.map((options) => ({ definition: taskOf(options), file: '/app/src/tasks/t.ts' })),
      failures,
    }),
  } as unknown as CheckableProject)

const paint = (_: string, text: string) => text

describe('taskq check', () => {
  test('finds nothing where all is well', async () => {
    const report = await check({ routes: [['a.*', 'a']], queues: { a: { priorities: true } } }, [
      { name: 'a.b', priority: 3 },
    ])
    expect(report).toEqual({ ok: true, tasks: 1, findings: [] })
    expect(presentCheck(report, paint)).toBe('1 task: all is well.')
  })

  test.each<[string, TaskqConfig, TaskOptions[], string, string | RegExp]>([
    [
      'options that do not go together',
      { taskOptions: { '*': { softTimeLimit: '2m' } } },
      [{ name: 'a', timeLimit: '1m' }],
      'error task a',
      /softTimeLimit: expected at most timeLimit/,
    ],
    [
      'options that do not go together, and no fault with what else stands there',
      {
        taskOptions: { a: { timeLimit: '5s' }, '*': { softTimeLimit: '10s' } },
        routes: [['a', 'x']],
        schedule: { nightly: { task: 'a', every: '1h' } },
      },
      [{ name: 'a' }],
      'error task a',
      /softTimeLimit: expected at most timeLimit/,
    ],
    [
      'tasks to encrypt without a key',
      { taskOptions: { a: { codec: { encrypt: true } } } },
      [{ name: 'a' }, { name: 'b' }],
      'error config',
      'codec.encrypt: expected keys for a, got nothing',
    ],
    [
      'errors that are retried, without retries',
      { taskOptions: { b: { retries: 1 } } },
      [
        { name: 'a', retryOn: TypeError },
        { name: 'b', retryOn: TypeError },
        { name: 'c', dontRetryOn: TypeError, retries: 0 },
      ],
      'warning task a',
      /^retryOn has no effect/,
    ],
    [
      'taskOptions of no task',
      { taskOptions: { 'reprots.Daily': { retries: 1 } } },
      [{ name: 'reports.Daily' }],
      'warning taskOptions.reprots.Daily',
      'reprots.Daily matches no task of this project (did you mean reports.Daily?)',
    ],
    [
      'a route of no task',
      { routes: [[/^img\./, 'images']] },
      [{ name: 'a' }],
      'warning routes[0]',
      '/^img\\./ matches no task of this project',
    ],
    [
      'a route behind another',
      {
        routes: [
          ['a.*', 'x'],
          ['a.b', 'y'],
        ],
      },
      [{ name: 'a.b' }],
      'warning routes[1]',
      'every task that a.b matches goes by a route above it',
    ],
    [
      'a priority in a queue without',
      { queues: { x: { priorities: true } } },
      [{ name: 'a', priority: 5 }],
      'warning task a',
      'the priority 5 has no effect in the queue default',
    ],
    [
      'a priority of a route in a queue without',
      { routes: [['a', { queue: 'x', priority: 2 }]] },
      [{ name: 'a' }],
      'warning task a',
      'the priority 2 has no effect in the queue x',
    ],
    [
      'a limited task that a function may send elsewhere',
      { routes: [() => undefined, ['a', 'x']] },
      [{ name: 'a', maxConcurrency: 1 }, { name: 'b', maxConcurrency: 1, queue: 'own' }, { name: 'c' }],
      'warning task a',
      'its limits hold in the queue x alone: where the function routes[0] sends it elsewhere, the call is refused',
    ],
    [
      'a queue that is nearly another',
      { queues: { emails: {} } },
      [{ name: 'a', queue: 'emials' }],
      'warning task a',
      'its queue emials is nearly emails, which the config has',
    ],
    [
      'a schedule entry of no task',
      { schedule: { nightly: { task: 'reprot', every: '1h' } } },
      [{ name: 'report' }],
      'warning schedule.nightly',
      'no task of this project is named reprot (did you mean report?)',
    ],
    [
      'a schedule entry that calls a limited task elsewhere',
      { schedule: { nightly: { task: 'a', every: '1h', options: { queue: 'x' } } } },
      [{ name: 'a', rateLimit: '1/s' }],
      'error schedule.nightly',
      'a has limits, which hold in the queue default alone, and is called into x',
    ],
    [
      'a schedule entry with a priority for nothing',
      { schedule: { nightly: { task: 'a', every: '1h', options: { priority: 9 } } } },
      [{ name: 'a' }],
      'warning schedule.nightly',
      'the priority 9 has no effect in the queue default',
    ],
  ])('finds %s', async (_, config, tasks, where, message) => {
    const { ok, findings } = await check(config, tasks)
    expect(findings.map((one) => `${one.level} ${one.where}`)).toEqual([where])
    expect(findings[0]?.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
    expect(ok).toBe(where.startsWith('warning'))
  })

  test('tells of files that cannot be imported, without what a terminal would take for a command', async () => {
    const report = await check({}, [], [{ file: '/app/src/tasks/b.ts', message: 'no \u001b[31mred', code: 'X' }])
    expect(presentCheck(report, paint)).toMatch(
      /^FAIL {2}src[\\/]tasks[\\/]b\.ts: no .*red\n {6}→ Correct the file\.\n\n0 tasks: 1 to correct, 0 to look at\.$/,
    )
    expect(presentCheck(report, paint)).not.toContain('\u001b')
  })
})

describe('taskq check --explain', () => {
  const config = configOf({
    queues: { reports: { priorities: true } },
    routes: [
      ['img.*', 'images'],
      ({ args: [tenant] }) => (tenant === 'big' ? 'big' : undefined),
      ['reports.*', { queue: 'reports', priority: 2 }],
    ],
    taskOptions: { '*': { retries: 1 }, 'reports.*': { retries: 3, retryOn: TypeError } },
  })
  const explain = (task: TaskOptions | undefined, name: string, args: readonly unknown[] = [], call = {}) =>
    explainTask(config, task && taskOf(task), {
      task: name,
      args,
      options: call,
      call: { queue: undefined, priority: undefined, ...call },
    })

  test('shows each rule in its order, and which decides', () => {
    const { rules, ...where } = explain({ name: 'reports.Daily', timeLimit: '5m' }, 'reports.Daily')
    expect(where).toMatchObject({ queue: 'reports', lane: 'reports', priority: 2, priorities: true })
    expect(rules).toEqual([
      { rule: 'call', wins: [] },
      { rule: 'taskOptions.reports.*', wins: [] },
      { rule: 'taskOptions.*', wins: [] },
      { rule: '@Task', wins: [] },
      { rule: 'routes[0] img.*', note: 'does not match', wins: [] },
      { rule: 'routes[1] (function)', note: 'leaves it to others', wins: [] },
      { rule: 'routes[2] reports.*', queue: 'reports', priority: 2, wins: ['queue', 'priority'] },
      { rule: 'defaultQueue', queue: 'default', wins: [] },
    ])
    expect(where.options).toEqual([
      { option: 'timeLimit', value: '5m', from: '@Task' },
      { option: 'retries', value: 3, from: 'taskOptions.reports.*' },
      { option: 'retryOn', value: '[TypeError]', from: 'taskOptions.reports.*' },
    ])
  })

  test.each([
    ['by the call', { name: 'reports.a', queue: 'own' }, [], { queue: 'named', priority: 7 }, 'named', 7],
    ['by the task, its priority by the route', { name: 'reports.a', queue: 'own' }, [], {}, 'own', 2],
    ['by a function of its arguments', { name: 'reports.a' }, ['big'], {}, 'big', 0],
    ['by default', { name: 'other' }, [], {}, 'default', 0],
  ] as const)('knows where a call goes %s', (_, task, args, call, queue, priority) => {
    expect(explain(task, task.name, args, call)).toMatchObject({ queue, priority })
  })

  test('knows a task without code, and a lane of its own', () => {
    expect(explain(undefined, 'reports.x').rules).toContainEqual({
      rule: '@Task',
      note: 'no task of this project',
      wins: [],
    })
    expect(explain({ name: 'a', rateLimit: '1/s' }, 'a')).toMatchObject({ queue: 'default', lane: 'default~a' })
  })

  const CALL = { args: [], options: {}, call: { queue: undefined, priority: undefined } }

  test.each<[string, TaskqConfig, string | undefined, string, RegExp]>([
    ['a limited task by another queue', {}, 'other', 'TASKQ_ENQUEUE_OPTION_INVALID', /expected "default".*got "other"/],
    ['by a function', { routes: [() => 'other'] }, undefined, 'TASKQ_ENQUEUE_OPTION_INVALID', /got "other"/],
    ['for what a function says', { routes: [() => 'bad queue!'] }, undefined, 'TASKQ_ROUTE_INVALID', /bad queue!/],
  ])('knows a call that is refused: %s', (_, wrong, queue, code, message) => {
    const call = { ...CALL, task: 'keyed', call: { queue, priority: undefined } }
    const explained = explainTask(configOf(wrong), taskOf({ name: 'keyed', rateLimit: '1/s' }), call)
    expect(explained.refused).toEqual({ code, message: expect.stringMatching(message) })
    expect(explained).not.toHaveProperty('queue')
    expect(explained.rules.flatMap(({ wins }) => wins)).toEqual([])
    expect(presentExplanation(explained)).toMatch(/^keyed .*\nthe call is refused: keyed: /)
  })

  test('names the task that was probably meant, and says that no worker was asked', () => {
    const { rules } = explainTask(configOf({}), undefined, { ...CALL, task: 'kyed' }, ['keyed'])
    expect(rules).toMatchObject([
      { rule: 'call' },
      { rule: '@Task', note: 'no task of this project (did you mean keyed?)' },
      { rule: 'workers', note: expect.stringMatching(/^not asked here/) },
      { rule: 'defaultQueue', queue: 'default', wins: ['queue'] },
    ])
  })

  test('says that a function fails', () => {
    const failing = configOf({ routes: [({ args }) => (args[0] as { tenant: string }).tenant] })
    const { rules } = explainTask(failing, undefined, {
      task: 'a',
      args: [],
      options: {},
      call: { queue: undefined, priority: undefined },
    })
    expect(rules[2]).toMatchObject({
      rule: 'routes[0] (function)',
      note: expect.stringMatching(/^fails, and so would the call: a: routes\[0\]: the function threw/),
    })
  })

  test('is shown as a table', () => {
    const text = presentExplanation(explain({ name: 'reports.Daily', retries: 1 }, 'reports.Daily'))
    expect(text).toMatch(
      /^reports\.Daily {2}\/app\/src\/tasks\/t\.ts:3\ngoes to the queue reports\nwith the priority 2\n/,
    )
    expect(text).toMatch(/^routes\[2\] reports\.\* +queue reports, priority 2 +queue and priority$/m)
    expect(text).toMatch(/^retries +3 +taskOptions\.reports\.\*$/m)
  })
})
