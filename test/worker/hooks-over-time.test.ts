import { describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

describe('hooks', () => {
  test('are told of a run that is over its hard limit, and of nothing that its code does later', async () => {
    const late = Promise.withResolvers<void>()
    const calls: string[] = []
    const task = defineTask({ name: 'told', timeLimit: 50 }, () => late.promise, {
      beforeStart: () => void calls.push('beforeStart'),
      onSuccess: () => void calls.push('onSuccess'),
      onFailure: () => void calls.push('onFailure'),
      afterReturn: () => void calls.push('afterReturn'),
    })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    await task.delay()
    await events.waitFor('job.dead-lettered')
    late.resolve()
    await new Promise(setImmediate)
    expect(calls).toEqual(['beforeStart', 'onFailure', 'afterReturn'])
  })

  test('are told of one end only, where the hard limit passes in one of them', async () => {
    const calls: string[] = []
    const late = Promise.withResolvers<void>()
    const task = defineTask({ name: 'both', timeLimit: 50 }, () => 1, {
      onSuccess: () => late.promise,
      onFailure: () => void calls.push('onFailure'),
      afterReturn: (_, { state }) => void calls.push(`afterReturn ${state}`),
    })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    await task.delay()
    await events.waitFor('job.dead-lettered')
    late.resolve()
    await new Promise(setImmediate)
    expect(calls).toEqual(['onFailure', 'afterReturn failed'])
  })

  test('before the code that are over the hard limit keep it from beginning', async () => {
    let ran = false
    const late = Promise.withResolvers<void>()
    const run = () => {
      ran = true
    }
    const task = defineTask({ name: 'slow', timeLimit: 50 }, run, { beforeStart: () => late.promise })
    const app = testApp(broker, { tasks: [task] })
    const { events } = await app.worker()
    await task.delay()
    await events.waitFor('job.dead-lettered')
    late.resolve()
    await new Promise(setImmediate)
    expect(ran).toBe(false)
  })
})
