import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('the time limits of a call', () => {
  test.each([
    [
      { timeLimit: '1m' },
      { softTimeLimit: '10m' },
      'softTimeLimit: expected at most the task\'s timeLimit, which is 60s, got "10m"',
    ],
    [
      { softTimeLimit: '5s' },
      { timeLimit: '1s' },
      'timeLimit: expected at least the task\'s softTimeLimit, which is 5s, got "1s"',
    ],
  ] as const)('are refused where the other of the task makes one idle: %j, %j', async (ofTask, ofCall, message) => {
    const task = defineTask({ name: 'limited', ...ofTask }, () => {})
    testApp(broker, { tasks: [task] })
    expect(await rejection(task.applyAsync([], ofCall))).toMatchObject({
      code: 'TASKQ_ENQUEUE_OPTION_INVALID',
      message: `limited: ${message}`,
    })
  })

  test('may be both, whatever those of the task', async () => {
    const task = defineTask({ name: 'limited', softTimeLimit: '5s', timeLimit: '6s' }, () => 1)
    const app = testApp(broker, { tasks: [task] })
    await app.worker()
    expect(await (await task.applyAsync([], { softTimeLimit: '1m', timeLimit: '2m' })).get()).toBe(1)
  })
})
