import { beforeEach, describe, expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { findTask, forgetTasks } from '../../src/task/registry.js'
import type { RunContext } from '../../src/task/run-context.js'
import { fakeRun } from '../support/fake-run.js'
import { recordEnqueued } from '../support/recording-enqueuer.js'

beforeEach(() => forgetTasks())

describe('defineTask', () => {
  test('registers the function and runs it with context and arguments', async () => {
    const resize = defineTask({ name: 'images.resize', queue: 'images' }, async (ctx, path: string, width: number) => {
      await ctx.progress(1)
      return `${ctx.request.id} ${path} ${width}`
    })
    expect(findTask('images.resize')).toBe(resize.definition)
    expect(resize.definition.queue).toBe('images')
    expect(resize.definition.source).toMatch(/define-task\.test\.ts:\d+$/)
    const run = fakeRun()
    expect(await resize.definition.run(run, ['cat.png', 80])).toBe('j1 cat.png 80')
    expect(run.reported).toEqual([1])
  })

  test('takes the name of a named function', () => {
    defineTask({}, async function resize(_ctx: RunContext) {})
    expect(findTask('resize')).toBeDefined()
  })

  test('refuses a function without a name, and what is no function', () => {
    expect(() => defineTask({}, (() => async () => {})())).toThrow(
      expect.objectContaining({ code: 'TASKQ_TASK_OPTION_INVALID' }),
    )
    expect(() => defineTask({ name: 'a' }, undefined as never)).toThrow(
      expect.objectContaining({ code: 'TASKQ_TASK_INVALID' }),
    )
  })

  test('has the same ways to be called as a class', async () => {
    const sent = recordEnqueued()
    const add = defineTask({ name: 'add' }, (_ctx, a: number, b: number) => a + b)
    await add.delay(1, 2)
    await add.applyAsync([3, 4], { retries: 1 })
    await add.s(5, 6).delay()
    await add.si(7, 8).applyAsync({ queue: 'sums' })
    expect(sent).toEqual([
      { task: 'add', args: [1, 2], options: {} },
      { task: 'add', args: [3, 4], options: { retries: 1 } },
      { task: 'add', args: [5, 6], options: {} },
      { task: 'add', args: [7, 8], options: { queue: 'sums' } },
    ])
  })
})
