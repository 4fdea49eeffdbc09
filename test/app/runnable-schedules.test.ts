import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { codeSchedules } from '../../src/app/code-schedules.js'
import { runnableSchedules } from '../../src/app/runnable-schedules.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { forgetDeclarations } from '../../src/schedule/declarations.js'
import { Cron, Every } from '../../src/schedule/decorators.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

beforeEach(() => {
  forgetTasks()
  forgetDeclarations()
})

function projectOf(app: TestApp) {
  return {
    config: app.config,
    discover: async () => ({ failures: [] }),
    engine: async () => app.engine,
    client: async () => app.client,
  }
}

function projectWith(config: TaskqConfig) {
  const app = testApp(broker, { config: { payload: { max: 1024 }, ...config } })
  return { app, project: projectOf(app) }
}

/** The lines of the refusal; of places only the file's name is kept. */
async function refusedLines(config: TaskqConfig): Promise<string[]> {
  const { project } = projectWith(config)
  const error = await rejection(runnableSchedules(project))
  expect(error).toMatchObject({
    code: 'TASKQ_SCHEDULE_INVALID',
    hint: 'Correct these entries; nothing was changed.',
  })
  const [head, ...lines] = (error as Error).message.split('\n')
  expect(head).toBe('the schedule cannot be used:')
  return lines.map((line) => line.trim().replaceAll(/\(\/\S*\/([\w.-]+\.ts):\d+\)/g, '($1:N)'))
}

const HERE = 'runnable-schedules.test.ts:N'
const every = '1h'

class Report extends BaseTask {
  run(..._args: unknown[]) {}
}

function task(name: string, options: Parameters<typeof defineTask>[0] = {}): void {
  defineTask({ name, ...options }, () => 1)
}

describe('the entries of the code', () => {
  test('are all there where each can run', async () => {
    task('send')
    Task({ name: 'Report' })(Report)
    Cron('@daily', { args: [1] })(Report)
    const { project } = projectWith({ schedule: { hourly: { task: 'send', every, args: [{ a: null }] } } })
    const names = ['hourly', 'Report']
    expect((await runnableSchedules(project)).map(({ name }) => name)).toEqual(names)
    expect((await codeSchedules(project)).map(({ name }) => name)).toEqual(names)
  })

  test('are refused at once for all that is wrong with any, each with its place', async () => {
    task('send')
    Task({ name: 'Report' })(Report)
    Cron('0 3 * *')(Report)
    Every('1h', { name: 'lossy', args: [Number.NaN] })(Report)
    Every('1h', { name: 'taken' })(Report)
    const lines = await refusedLines({
      schedule: {
        typo: { task: 'sendd', every, args: [new Date(0)] },
        taken: { task: 'send', every },
      },
    })
    expect(lines).toEqual([
      expect.stringMatching(/^schedule\.Report\.cron \(runnable-schedules\.test\.ts:N\): expected five fields .*got 4/),
      `schedule.taken (${HERE}): expected a name that no other entry has (give one: { name: '…' }), got the name of the entry in the configuration`,
      'schedule.typo.task: expected a task of this project or of a worker, got "sendd" (did you mean send?)',
      'schedule.typo.args: args[0] is a Date (JSON makes it a string: send date.toISOString())',
      `schedule.lossy.args (${HERE}): args[0] is NaN (JSON makes it null)`,
    ])
  })

  test.each([
    [Number.NaN, 'args[0] is NaN (JSON makes it null)'],
    [10n, 'args[0] is a BigInt (JSON has none: send a string)'],
    [{ at: new Date(0) }, 'args[0].at is a Date (JSON makes it a string: send date.toISOString())'],
    ['x'.repeat(2000), 'the arguments are 2056 bytes of JSON, the limit is 1024'],
  ])('with arguments that cannot be sent: %s', async (value, what) => {
    task('send')
    const lines = await refusedLines({ schedule: { odd: { task: 'send', every, args: [value] } } })
    expect(lines).toEqual([`schedule.odd.args: ${what}`])
  })

  test('with arguments that the task’s schema refuses', async () => {
    defineTask({ name: 'send', schema: z.tuple([z.email(), z.int()]) }, (_, to: string, count: number) => [to, count])
    expect(await refusedLines({ schedule: { odd: { task: 'send', every, args: ['x', 'y'] } } })).toEqual([
      'schedule.odd.args: args[0]: Invalid email address; args[1]: Invalid input: expected number, received string',
    ])
  })

  test('in another queue than that in which the task’s rate limit holds', async () => {
    task('send', { queue: 'mail', rateLimit: '1/s' })
    const options = { queue: 'other' }
    expect(await refusedLines({ schedule: { odd: { task: 'send', every, options } } })).toEqual([
      'schedule.odd.options.queue: expected "mail", the queue in which its limits hold, got "other"',
    ])
  })

  test('may be of a task that only a worker has; their arguments are checked all the same', async () => {
    const { app, project } = projectWith({
      schedule: { far: { task: 'far-away', every, args: [1n as never] }, good: { task: 'far-away', every } },
    })
    const far = defineTask({ name: 'far-away' }, () => 1)
    await app.worker({ tasks: [far] })
    forgetTasks('far-away')
    expect(await rejection(runnableSchedules(project))).toMatchObject({
      message: 'the schedule cannot be used:\n  schedule.far.args: args[0] is a BigInt (JSON has none: send a string)',
    })
    expect(app.warnings).toEqual([])
  })

  test('are not blamed for a broker that is away', async () => {
    task('send')
    const app = testApp(
      { url: 'redis://127.0.0.1:1' },
      {
        config: { enqueueTimeout: '200ms', schedule: { hourly: { task: 'send', every } } },
      },
    )
    expect(await rejection(runnableSchedules(projectOf(app)))).toMatchObject({ code: 'TASKQ_BROKER_UNREACHABLE' })
  })
})
