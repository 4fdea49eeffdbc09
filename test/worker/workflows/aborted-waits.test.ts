import { describe, expect, test, vi } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** A task that nobody serves, and tasks that wait for it in each way. */
function waitingTasks() {
  const never = defineTask({ name: 'never', queue: 'nobody' }, () => 'x')
  const job = defineTask({ name: 'job' }, async () => (await never.delay()).get({ timeout: '1h' }))
  const workflow = defineTask({ name: 'workflow' }, async (ctx) =>
    (await ctx.spawn(chain(never.s(), never.si()))).get({ timeout: '1h' }),
  )
  const part = defineTask({ name: 'part' }, async (ctx) => {
    const [, second] = await (await ctx.spawn(chain(never.s(), never.si()))).children()
    return second?.get({ timeout: '1h' })
  })
  const members = defineTask({ name: 'members' }, async (ctx) => {
    const spawned = await ctx.spawn(group([never.s()]))
    for await (const member of spawned.iter()) return member
  })
  const progress = defineTask({ name: 'progress' }, async () => {
    for await (const told of (await never.delay()).progress()) return told
  })
  return { never, job, workflow, part, members, progress }
}

describe('a run that waits for others and is to end', () => {
  test.each(['job', 'workflow', 'part', 'members', 'progress'] as const)('waits no more (%s)', async (name) => {
    const tasks = waitingTasks()
    const app = testApp(broker, { tasks: Object.values(tasks), config: { worker: { concurrency: 1 } } })
    await app.worker({ queues: ['default'] })
    const result = await (tasks[name] as typeof tasks.job).delay()
    await vi.waitFor(async () => expect(await result.children()).toHaveLength(1))
    expect(await result.revoke({ reason: 'enough' })).toBe('told')
    expect(await rejection(result.get({ timeout: '10s' }))).toMatchObject({ code: 'TASKQ_JOB_REVOKED' })
    expect(await result.state()).toBe('revoked')
  })

  test('ends at its time limit', async () => {
    const tasks = waitingTasks()
    const limited = defineTask({ name: 'limited', timeLimit: '300ms' }, async () =>
      (await tasks.never.delay()).get({ timeout: '1h' }),
    )
    const app = testApp(broker, { tasks: [...Object.values(tasks), limited] })
    await app.worker({ queues: ['default'] })
    const result = await limited.delay()
    expect(await rejection(result.get({ timeout: '10s' }))).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT' })
  })
})
