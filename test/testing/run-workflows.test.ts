import { describe, expect, test } from 'vitest'
import { group } from '../../src/canvas/group.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { runTask } from '../../src/testing/index.js'
import { rejection } from '../support/refusal.js'

describe('a task that makes workflows', () => {
  const leaf = defineTask({ name: 'leaf' }, async (_ctx, n: number) => n)
  const parent = defineTask({ name: 'parent' }, async (ctx) => {
    const spawned = await ctx.spawn(group([leaf.s(1), leaf.s(2)]))
    return spawned.get()
  })
  const outer = defineTask({ name: 'outer' }, async (ctx, n: number) => ctx.replace(leaf.s(n)))
  const grows = defineTask({ name: 'grows' }, async (ctx) => void (await ctx.addToChord(leaf.s(3))))
  for (const { definition } of [leaf, parent, outer, grows]) forgetTasks(definition.name)

  test('is run with what the test says that they come to', async () => {
    const { result, spawned } = await runTask(parent, [], { results: () => [10, 20] })
    expect(result).toEqual([10, 20])
    expect(spawned).toMatchObject([
      {
        kind: 'group',
        members: [
          { task: 'leaf', args: [1] },
          { task: 'leaf', args: [2] },
        ],
      },
    ])
  })

  test('is told where the test says nothing of it', async () => {
    expect(await rejection(runTask(parent, []))).toMatchObject({ code: 'TASKQ_RESULT_UNKNOWN' })
  })

  test('has what took its place beside its result', async () => {
    const run = await runTask(outer, [7], {
      results: (canvas) => (canvas.kind === 'task' ? canvas.args[0] : undefined),
    })
    expect(run).toMatchObject({ result: 7, replacedBy: { kind: 'task', task: 'leaf', args: [7] } })
    expect((await runTask(outer, [7])).replacedBy).toMatchObject({ task: 'leaf' })
  })

  test('has what it added to its group', async () => {
    expect((await runTask(grows, [])).added).toMatchObject([{ task: 'leaf', args: [3] }])
  })

  test('is told where what it makes is no signature', async () => {
    const wrong = defineTask({ name: 'wrong' }, async (ctx) => void (await ctx.spawn(5 as never)))
    forgetTasks(wrong.definition.name)
    expect(await rejection(runTask(wrong, []))).toMatchObject({ code: 'TASKQ_WORKFLOW_INVALID' })
  })
})
