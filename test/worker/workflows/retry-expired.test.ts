import { expect, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

test('a workflow whose time was over goes on to its end where its job runs again', async () => {
  const next = defineTask({ name: 'next' }, async (_ctx, n: number) => n + 1)
  const app = testApp(broker, { tasks: [next] })
  const result = await chain(next.s(1), next.s(), next.s()).applyAsync({ expires: '1ms' })
  await app.worker()
  expect(await rejection(result.get())).toMatchObject({ rootCause: { code: 'TASKQ_JOB_EXPIRED' } })
  expect(await result.retry()).toBe(true)
  expect(await result.get({ timeout: '20s' })).toBe(4)
})
