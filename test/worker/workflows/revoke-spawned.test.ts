import { describe, expect, test, vi } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** Tasks that spawn what nobody serves, and wait for it. */
function makeTasks() {
  const never = defineTask({ name: 'never', queue: 'nobody' }, () => 'x')
  const spawning = defineTask({ name: 'spawning' }, async (ctx) =>
    (await ctx.spawn(chain(never.s(), never.si()))).get({ timeout: '1h' }),
  )
  const nesting = defineTask({ name: 'nesting' }, async (ctx) => (await ctx.spawn(spawning.s())).get({ timeout: '1h' }))
  const sending = defineTask({ name: 'sending' }, async (ctx) => {
    await chain(never.s(), never.si()).delay()
    await (await ctx.spawn(never.s())).get({ timeout: '1h' })
  })
  return { never, spawning, nesting, sending, all: [never, spawning, nesting, sending] }
}

async function open() {
  const tasks = makeTasks()
  const app = testApp(broker, { tasks: tasks.all })
  await app.worker({ queues: ['default'] })
  const childrenOf = async (id: string, count: number) => {
    const job = app.client.result(id)
    await vi.waitFor(async () => expect(await job.children()).toHaveLength(count), { timeout: 10_000 })
    return job.children()
  }
  return { app, ...tasks, childrenOf }
}

const SOON = { timeout: 15_000, interval: 50 }

describe('a job that is revoked while it runs', () => {
  test('takes along what it spawned', async () => {
    const { spawning, childrenOf } = await open()
    const result = await spawning.delay()
    const [spawned] = await childrenOf(result.id, 1)
    expect(await result.revoke({ reason: 'enough' })).toBe('told')
    expect(await spawned?.state()).toBe('revoked')
    expect((await spawned?.error())?.message).toContain('enough')
    const [first] = (await spawned?.children()) ?? []
    await vi.waitFor(async () => expect(await first?.state()).toBe('revoked'), SOON)
  }, 30_000)

  test('leaves alone what it only sent', async () => {
    const { sending, childrenOf } = await open()
    const result = await sending.delay()
    const [sent, spawned] = await childrenOf(result.id, 2)
    await result.revoke()
    expect(await spawned?.state()).toBe('revoked')
    expect(await sent?.state()).toBe('active')
  })
})

describe('a workflow that is revoked', () => {
  test('takes along what its open parts spawned, and what that spawned', async () => {
    const { app, nesting, never, childrenOf } = await open()
    const result = await chain(nesting.s(), group(never.si(), never.si())).delay()
    const [outer] = await childrenOf(`${result.id}~0`, 1)
    const [inner] = await childrenOf(`${outer?.id}~0`, 1)
    expect(await result.revoke({ reason: 'enough' })).toBe('told')
    expect(await outer?.state()).toBe('revoked')
    await vi.waitFor(async () => expect(await inner?.state()).toBe('revoked'), SOON)
    await vi.waitFor(async () => expect(await app.client.result(`${inner?.id}~0`).state()).toBe('revoked'), SOON)
    expect(await app.client.result(`${result.id}~0`).state()).toBe('revoked')
  }, 40_000)
})
