import { expect, test } from 'vitest'
import { z } from 'zod'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const makeTasks = () => {
  const maybe = defineTask({ name: 'maybe' }, (_ctx): number | undefined => undefined)
  const tell = defineTask({ name: 'tell' }, (_ctx, a: number | undefined = 7, b = 5) => `${a} ${b}`)
  const keyed = defineTask(
    { name: 'keyed', rateLimit: '1000/s', rateKey: (a) => String(a) },
    (_ctx, a: number | undefined, b: number) => `${a} ${b}`,
  )
  const checked = defineTask(
    { name: 'checked', schema: z.tuple([z.number().optional(), z.number()]) },
    (_ctx, a: number | undefined, b: number) => `${a} ${b}`,
  )
  return { maybe, tell, keyed, checked }
}

test('a result that is undefined is so too for a next part with other arguments', async () => {
  const { maybe, tell, keyed, checked } = makeTasks()
  const app = testApp(broker, { tasks: [maybe, tell, keyed, checked] })
  await app.worker()
  const canvas = chain(maybe.s(), group(tell.s(6), tell.s(), tell.si(1), keyed.s(6), checked.s(6)))
  expect(await (await canvas.delay()).get()).toEqual(['7 6', '7 5', '1 5', 'undefined 6', 'undefined 6'])
})
