import { expect, test } from 'vitest'
import { bindEnqueuer, enqueue } from '../../src/task/enqueuer.js'
import { recordEnqueued } from '../support/recording-enqueuer.js'

test('enqueue says so when nothing is bound', async () => {
  delete (globalThis as Record<symbol, unknown>)[Symbol.for('taskq.enqueuer')]
  await expect(enqueue('a', [])).rejects.toMatchObject({ code: 'TASKQ_ENQUEUE_NOT_SENT' })
})

test('enqueue asks for the enqueuer each time, and awaits it', async () => {
  const first = recordEnqueued()
  await enqueue('a', [1])
  const second = recordEnqueued()
  await enqueue('b', [2])
  expect([first.length, second.length]).toEqual([1, 1])
  const none = async () => ({}) as never
  const enqueueLate = async () => ({ id: 'late' }) as never
  const rest = { enqueueMany: none, startWorkflow: none, startFromRun: none, addMember: none }
  bindEnqueuer(async () => ({ enqueue: enqueueLate, ...rest }))
  expect((await enqueue('c', [])).id).toBe('late')
})
