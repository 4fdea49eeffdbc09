import { beforeEach, describe, expect, test } from 'vitest'
import { BaseTask } from '../../src/task/base-task.js'
import type { TaskOptions } from '../../src/task/options.js'
import { findTask, forgetTasks, listTasks } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { fakeRun } from '../support/fake-run.js'
import { recordEnqueued } from '../support/recording-enqueuer.js'

beforeEach(() => forgetTasks())

const tc39Context = (name: string): ClassDecoratorContext => ({
  kind: 'class',
  name,
  metadata: {},
  addInitializer: () => undefined,
})

// Each way in which a compiler calls a class decorator.
const WAYS = {
  legacy: (options: TaskOptions, target: typeof Greet) => Task(options)(target),
  TC39: (options: TaskOptions, target: typeof Greet) => Task(options)(target, tc39Context(target.name)),
}

class Greet extends BaseTask {
  async run(name: string, times = 1) {
    this.log.info({ name }, 'greeting')
    await this.progress(0.5)
    return `${this.request.id}: ${'hello '.repeat(times)}${name}`
  }
}

describe.each(Object.entries(WAYS))('@Task called as a %s decorator', (_way, decorate) => {
  test('registers the class under its name, and leaves the class in place', () => {
    expect(decorate({ queue: 'emails', retries: 2 }, Greet)).toBeUndefined()
    expect(findTask('Greet')).toMatchObject({ name: 'Greet', queue: 'emails', retries: 2 })
  })

  test('runs a new instance with the context and the arguments of the job', async () => {
    decorate({ name: 'greet' }, Greet)
    const run = fakeRun()
    expect(await findTask('greet')?.run(run, ['Ada', 2])).toBe('j1: hello hello Ada')
    expect(run.logged).toEqual([[{ name: 'Ada' }, 'greeting']])
    expect(run.reported).toEqual([0.5])
  })

  test('lets delay and applyAsync enqueue under the task’s name', async () => {
    decorate({ name: 'greet' }, Greet)
    const sent = recordEnqueued()
    expect((await Greet.delay('Ada')).id).toBe('j1')
    await Greet.applyAsync(['Ada', 3], { countdown: '5m' })
    expect(sent).toEqual([
      { task: 'greet', args: ['Ada'], options: {} },
      { task: 'greet', args: ['Ada', 3], options: { countdown: '5m' } },
    ])
  })
})

describe('@Task', () => {
  test('works as written by a user', () => {
    @Task({ queue: 'reports' })
    class DailyReport extends BaseTask {
      run(day: string) {
        return day
      }
    }
    expect(findTask('DailyReport')?.queue).toBe('reports')
    expect(DailyReport.s('2026-01-01').task).toBe('DailyReport')
  })

  test('notes the file and line it stands on', () => {
    Task()(Greet)
    expect(findTask('Greet')?.source).toMatch(/test[\\/]task[\\/]task\.test\.ts:\d+$/)
  })

  test('refuses two classes of one name, naming both lines', () => {
    Task({ name: 'same' })(Greet)
    const first = findTask('same')?.source ?? ''
    expect(() => Task({ name: 'same' })(class Other extends Greet {})).toThrow(
      expect.objectContaining({ code: 'TASKQ_TASK_NAME_TAKEN', message: expect.stringContaining(first) }),
    )
  })

  test('refuses a class without run, and wrong options, and registers nothing', () => {
    const Idle = class Idle {} as unknown as typeof Greet
    expect(() => Task()(Idle)).toThrow(
      expect.objectContaining({ code: 'TASKQ_TASK_INVALID', message: 'Idle has no run method' }),
    )
    expect(() => Task({ retries: -1 })(Greet)).toThrow(expect.objectContaining({ code: 'TASKQ_TASK_OPTION_INVALID' }))
    expect(listTasks()).toEqual([])
  })

  test('does not make a subclass a task', () => {
    Task()(Greet)
    class Louder extends Greet {}
    expect(() => Louder.s('Ada')).toThrow(
      expect.objectContaining({
        code: 'TASKQ_TASK_NOT_REGISTERED',
        message: 'Louder has no @Task decorator of its own',
      }),
    )
  })

  test('gives no context outside a run', () => {
    expect(() => new Greet().request).toThrow(expect.objectContaining({ code: 'TASKQ_TASK_INVALID' }))
  })
})
