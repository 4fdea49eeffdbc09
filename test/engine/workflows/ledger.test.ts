import { describe, expect, test } from 'vitest'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'
import { chainOf, end } from '../../support/ledger.js'

const broker = brokerOfFile()

describe('a chain', () => {
  test('hands one link after the other, each with the result of the one before', async () => {
    const app = testApp(broker)
    const id = 'w_chain'
    const { isNew, move } = await app.engine.workflows.create(chainOf(id, 3))
    expect(isNew).toBe(true)
    expect(move).toEqual({ workflow: id, ready: [{ index: 0, call: 'call 0', input: { kind: 'none' } }], more: false })
    const second = await end(app, id, 0, 'd', 'one')
    expect(second?.ready).toEqual([
      { index: 1, call: 'call 1', input: { kind: 'value', payload: JSON.stringify({ id: `${id}~0`, stored: 'one' }) } },
    ])
    expect(await app.engine.workflows.summary(id)).toMatchObject({ state: 'running', done: 1, failed: 0, open: 1, total: 3 })
    await end(app, id, 1, 'd', 'two')
    expect(await end(app, id, 2, 'd', 'three')).toBeUndefined()
    expect(await app.engine.workflows.summary(id)).toMatchObject({ state: 'succeeded', done: 3, open: 0 })
    expect(await app.engine.workflows.resultOf(id)).toEqual({ kind: 'value', value: { id: `${id}~2`, stored: 'three' } })
  })
})
