import { describe, expect, it } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { WorkflowFailedError } from '../../src/errors/workflow-failed-error.js'
import { defineTask } from '../../src/task/define-task.js'
import type { WorkflowResult } from '../../src/task/workflow-result.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const add = defineTask({ name: 'wr.add' }, (_, a: number, b: number) => a + b)
const sum = defineTask({ name: 'wr.sum' }, (_, all: readonly number[]) => all.reduce((one, other) => one + other, 0))
const fail = defineTask({ name: 'wr.fail' }, (_, _value?: number): number => {
  throw new RangeError('out of paper')
})
const tasks = [add, sum, fail]

describe('the result of a workflow', () => {
  it('is what the last link of a chain comes to', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(add.s(1, 2), add.s(3), add.s(4)).delay()
    expect(await result.get({ timeout: '10s' })).toBe(10)
    expect(await result.state()).toBe('succeeded')
    expect(await (result as WorkflowResult<number>).counts()).toEqual({ done: 3, failed: 0, total: 3 })
  })

  it('is the list of the results of a group, in order', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await group([add.s(1, 1), add.s(2, 2), add.s(3, 3)]).delay()
    expect(await result.get({ timeout: '10s' })).toEqual([2, 4, 6])
  })

  it('is what the body of a chord comes to', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chord([add.s(1, 1), add.s(2, 2)], sum.s()).delay()
    expect(await result.get({ timeout: '10s' })).toBe(6)
  })

  it('is the failure of the job that failed, with its id and its place', async () => {
    const app = testApp(broker, { tasks })
    await app.worker()
    const result = await chain(add.s(1, 2), fail.s(), add.s(4)).delay()
    const error = await result.get({ timeout: '10s' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WorkflowFailedError)
    expect(error).toMatchObject({ rootCause: { task: 'wr.fail', name: 'RangeError', message: 'out of paper' } })
  })
})
