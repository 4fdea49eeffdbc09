import { describe, expect, test } from 'vitest'
import { describeConfig } from '../../src/config/describe-config.js'
import { findProblems } from '../../src/config/find-problems.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { EffectiveTasks } from '../../src/config/task-options.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { resolveTaskOptions, type TaskOptions } from '../../src/task/options.js'
import { refusal } from '../support/refusal.js'

const configOf = (config: TaskqConfig) =>
  resolveConfig({ root: '/app', file: { path: '/app/taskq.config.ts', value: config } })
const effective = (taskOptions: NonNullable<TaskqConfig['taskOptions']>) =>
  new EffectiveTasks(configOf({ taskOptions }))
const taskOf = (options: TaskOptions) => resolveTaskOptions(options, 'task')

describe('taskOptions', () => {
  test('wins over what the task says, option by option', () => {
    const task = taskOf({ name: 'reports.Daily', retries: 1, queue: 'reports', timeLimit: '1m' })
    const tasks = effective({ 'reports.*': { retries: 5, expires: '1h' } })
    expect(tasks.of(task)).toMatchObject({ retries: 5, queue: 'reports', timeLimitMs: 60_000, expiresMs: 3_600_000 })
    expect(task.retries).toBe(1)
  })

  test('of entries that match the same task, the later wins', () => {
    const tasks = effective({ '*': { retries: 1, priority: 1 }, 'a.*': { retries: 2 }, 'a.b': { retries: 3 } })
    expect(tasks.of(taskOf({ name: 'a.b' }))).toMatchObject({ retries: 3, priority: 1 })
    expect(tasks.of(taskOf({ name: 'a.c' }))).toMatchObject({ retries: 2, priority: 1 })
    expect(tasks.of(taskOf({ name: 'b' }))).toMatchObject({ retries: 1, priority: 1 })
  })

  test('leaves alone what it does not match, and keeps the run of what it does', () => {
    const tasks = effective({ 'a.*': { retries: 2 } })
    const other = taskOf({ name: 'b' })
    expect(tasks.of(other)).toBe(other)
    const run = () => 'ran'
    const task = { ...taskOf({ name: 'a.b' }), run, source: 'a.ts:1' }
    expect(tasks.of(task)).toMatchObject({ run, source: 'a.ts:1', retries: 2 })
    expect(tasks.of(task)).toBe(tasks.of(task))
  })

  test('what is undefined in it says nothing', () => {
    const tasks = effective({ '*': { retries: undefined } as never })
    expect(tasks.of(taskOf({ retries: 4 })).retries).toBe(4)
  })

  test('replaces which calls are the same job as a whole', () => {
    const debounced = taskOf({ debounce: '5s' })
    expect(effective({ '*': { unique: true } }).of(debounced).sameJob).toMatchObject({ kind: 'unique' })
    expect(effective({ '*': { debounce: false } as never }).of(debounced).sameJob).toBeUndefined()
    expect(effective({ '*': { retries: 1 } }).of(debounced).sameJob).toMatchObject({ kind: 'debounce' })
  })

  test('may divide by keys a limit that the task has', () => {
    const rateKey = (tenant: string) => tenant
    expect(findProblems({ taskOptions: { '*': { rateKey } } })).toEqual([])
    expect(effective({ '*': { rateKey } }).of(taskOf({ rateLimit: '1/s' })).rateKey).toBe(rateKey)
  })

  test('is refused where it and a task do not go together', () => {
    const error = refusal(() => effective({ '*': { softTimeLimit: '2m' } }).of(taskOf({ timeLimit: '1m' })))
    expect(error).toMatchObject({ code: 'TASKQ_CONFIG_INVALID' })
    expect((error as Error).message).toMatch(
      /^taskOptions and the task "task" together: softTimeLimit: expected at most timeLimit, which is 60s/,
    )
  })

  test.each(['name', 'schema', 'version', 'migrate'])('has no say in %s', (key) => {
    const [problem] = findProblems({ taskOptions: { a: { [key]: 1 } } })
    expect(problem).toMatchObject({ key: `taskOptions.a.${key}`, got: 'an unknown key' })
  })

  test('is shown by taskq config, functions by name', () => {
    class TooBusy extends Error {}
    const taskOptions = { a: { retryOn: [TooBusy, 'TypeError'], timeLimit: '5m' as const } }
    const entry = describeConfig(configOf({ taskOptions })).find(({ key }) => key === 'taskOptions')
    expect(entry?.value).toEqual({ a: { retryOn: ['[TooBusy]', 'TypeError'], timeLimit: '5m' } })
  })

  test('routes are shown by taskq config, too', () => {
    const config = configOf({ routes: [[/^a\./i, { queue: 'a', priority: 2 }], ['b', 'c'], () => undefined] })
    const entry = describeConfig(config).find(({ key }) => key === 'routes')
    expect(entry?.value).toEqual([['/^a\\./i', { queue: 'a', priority: 2 }], ['b', { queue: 'c' }], '[function]'])
  })
})
