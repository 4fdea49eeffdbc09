import { expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { dropThose, retryThose } from '../../src/control/dead/dead-letters.js'
import { editAndRetry } from '../../src/control/dead/edit-dead.js'
import { showDead } from '../../src/control/dead/show-dead.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

test('what cannot be done with the id of a workflow, or of a part that never ran, is told', async () => {
  const fail = defineTask({ name: 'fail' }, (): number => {
    throw new Error('broken')
  })
  const next = defineTask({ name: 'next' }, (_ctx, n: number) => n)
  const app = testApp(broker, { tasks: [fail, next] })
  await app.worker()
  const result = await chain(fail.s(), next.s()).delay()
  await rejection(result.get())
  const [first, second] = [`${result.id}~0`, `${result.id}~1`]
  const { refused } = await retryThose(app.engine, [second])
  expect(refused).toEqual([{ what: second, why: expect.stringContaining(first) }])
  const edited = await editAndRetry(app.engine, { id: second, args: [1] }, plainViewer(), { maxBytes: 100_000 })
  expect(edited.refused).toEqual([{ what: second, why: expect.stringContaining(first) }])
  const dropped = await dropThose(app.engine, [result.id])
  expect(dropped.refused).toEqual([{ what: result.id, why: expect.stringContaining('it is a workflow') }])
  for (const [id, told] of [
    [result.id, 'it is a workflow'],
    [second, first],
  ] as const) {
    const error = await rejection(showDead(app.engine, id, plainViewer()))
    expect(error).toMatchObject({ code: 'TASKQ_RESULT_UNKNOWN', message: expect.stringContaining(told) })
  }
  expect(await showDead(app.engine, first, plainViewer())).toMatchObject({ workflow: result.id })
})
