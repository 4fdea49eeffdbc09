import { describe, expect, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()
const one = { worker: { concurrency: 1 } }

describe('a run that makes workflows', () => {
  test('finds them again in its next run', async () => {
    const calls: string[] = []
    const leaf = defineTask({ name: 'leaf' }, async (_ctx, what: string) => {
      calls.push(what)
      return what
    })
    const ids: string[][] = []
    const parent = defineTask({ name: 'parent', retries: 1, backoff: { delay: 1 } }, async (ctx) => {
      const made = await Promise.all([ctx.spawn(leaf.s('a')), ctx.spawn(chain(leaf.s('b'), leaf.si('c')))])
      ids.push(made.map(({ id }) => id))
      const values = await Promise.all(made.map((result) => result.get()))
      if (ctx.request.attempt === 1) throw new Error('not yet')
      return values
    })
    const app = testApp(broker, { tasks: [leaf, parent], config: one })
    await app.worker()
    const result = await parent.delay()
    expect(await result.get()).toEqual(['a', 'c'])
    expect(ids).toHaveLength(2)
    expect(ids[1]).toEqual(ids[0])
    expect(calls.sort()).toEqual(['a', 'b', 'c'])
  })

  test('makes those anew that failed', async () => {
    let runs = 0
    const flaky = defineTask({ name: 'flaky' }, async (_ctx) => {
      if (++runs === 1) throw new Error('not yet')
      return 'done'
    })
    const parent = defineTask({ name: 'parent', retries: 1, backoff: { delay: 1 } }, async ({ spawn }) =>
      (await spawn(flaky.s())).get(),
    )
    const app = testApp(broker, { tasks: [flaky, parent], config: one })
    await app.worker()
    expect(await (await parent.delay()).get()).toBe('done')
    expect(runs).toBe(2)
  })

  test('reads their members as they come in, with one slot', async () => {
    const leaf = defineTask({ name: 'leaf' }, async (_ctx, n: number) => n)
    const parent = defineTask({ name: 'parent' }, async (ctx) => {
      const members: number[] = []
      const spawned = await ctx.spawn(group([leaf.s(1), leaf.s(2), leaf.s(3)]))
      for await (const member of spawned.iter({ timeout: '20s' })) members.push(member.index)
      return members.sort()
    })
    const app = testApp(broker, { tasks: [leaf, parent], config: one })
    await app.worker()
    expect(await (await parent.delay()).get({ timeout: '20s' })).toEqual([0, 1, 2])
  })

  test('adds members to the group that its job is a member of', async () => {
    const leaf = defineTask({ name: 'leaf' }, async (_ctx, n: number) => n)
    const grows = defineTask({ name: 'grows' }, async (ctx, n: number) => {
      await ctx.addToChord(leaf.s(n * 10))
      return n
    })
    const list = defineTask({ name: 'list' }, async (_ctx, all: number[]) => all)
    const app = testApp(broker, { tasks: [leaf, grows, list], config: one })
    await app.worker()
    expect(await (await chord([grows.s(1), leaf.s(2)], list.s()).delay()).get()).toEqual([1, 2, 10])
  })

  test('cannot add members where its job is none', async () => {
    const leaf = defineTask({ name: 'leaf' }, async (_ctx, n: number) => n)
    const grows = defineTask({ name: 'grows' }, async (ctx) => void (await ctx.addToChord(leaf.s(1))))
    const app = testApp(broker, { tasks: [leaf, grows] })
    await app.worker()
    expect(await rejection((await grows.delay()).get())).toMatchObject({ failure: { code: 'TASKQ_WORKFLOW_INVALID' } })
  })

  test('is told where what it makes is no signature', async () => {
    const wrong = defineTask(
      { name: 'wrong' },
      async (ctx, method: 'spawn' | 'replace' | 'addToChord', what: unknown) => {
        await ctx[method](what as never)
      },
    )
    const app = testApp(broker, { tasks: [wrong] })
    await app.worker()
    const failures = group([wrong.s('spawn', 'a'), wrong.s('replace', 5), wrong.s('addToChord', {})], {
      allowFailures: true,
    })
    const messages = (await (await failures.delay()).get()).map(
      (one) => one.status === 'failed' && [one.error.code, one.error.message],
    )
    expect(messages).toEqual([
      ['TASKQ_WORKFLOW_INVALID', 'this.spawn: expected a signature, got "a"'],
      ['TASKQ_WORKFLOW_INVALID', 'this.replace: expected a signature, got 5'],
      ['TASKQ_WORKFLOW_INVALID', 'this.addToChord: expected a signature, got an object'],
    ])
  })
})
