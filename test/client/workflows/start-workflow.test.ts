import { describe, expect, it } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { partId } from '../../../src/task/names.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const tasks = () => {
  const add = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
  const sum = defineTask({ name: 'sum' }, (_, numbers: number[]) => numbers.reduce((all, one) => all + one, 0))
  const fail = defineTask({ name: 'fail' }, (_): number => {
    throw new Error('broken')
  })
  return { add, sum, fail }
}

describe('a workflow', () => {
  it('runs a chain, each part with the result of the one before', async () => {
    const { add, sum, fail } = tasks()
    const app = testApp(broker, { tasks: [add, sum, fail] })
    await app.worker()
    const result = await chain(add.s(1, 2), add.s(10), add.s(100)).delay()
    expect(await result.get()).toBe(113)
    expect(result.id).toMatch(/^w_/)
    expect(await app.client.result(partId(result.id, 0)).get()).toBe(3)
  })

  it('runs a chord: its body gets the list of its members', async () => {
    const { add, sum, fail } = tasks()
    const app = testApp(broker, { tasks: [add, sum, fail] })
    await app.worker()
    const result = await chord([add.s(1, 2), add.s(3, 4), add.s(5, 6)], sum.s()).delay()
    expect(await result.get()).toBe(21)
  })

  it('fails with the job that failed first', async () => {
    const { add, sum, fail } = tasks()
    const app = testApp(broker, { tasks: [add, sum, fail] })
    await app.worker()
    const result = await chain(group(fail.s(), add.s(1, 1)), sum.s()).delay()
    await expect(result.get()).rejects.toMatchObject({ rootCause: { task: 'fail', message: 'broken' } })
  })
})
