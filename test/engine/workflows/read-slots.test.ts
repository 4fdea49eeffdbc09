import { expect, test } from 'vitest'
import { SlotReader } from '../../../src/engine/workflows/read-slots.js'
import { brokerOfFile } from '../../support/broker.js'
import { chordOf } from '../../support/ledger.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** A chord whose members came to that; and how many slots each trip for its list reads. */
async function tripsFor(app: TestApp, size: number, length: number): Promise<number[]> {
  await app.engine.workflows.create(chordOf('w_c', size))
  const stored = 'x'.repeat(length)
  const slots = Array.from({ length: size }, (_, at) => [`${size}.${at}`, JSON.stringify({ id: `w_c~${at}`, stored })])
  for (let at = 0; at < size; at += 50)
    await app.redis.hset(app.keys.workflow('w_c', 'values'), ...slots.slice(at, at + 50).flat())
  const trips: number[] = []
  const hmget = app.redis.hmget.bind(app.redis) as (...args: string[]) => Promise<(string | null)[]>
  const watched = Object.assign(Object.create(app.redis), {
    hmget: (...args: string[]) => {
      trips.push(args.length - 1)
      return hmget(...args)
    },
  })
  const list = await new SlotReader(watched, app.keys, 'w_c').list(size)
  expect(list?.slots.map((slot) => (slot.kind === 'value' ? slot.value.id : slot.kind))).toEqual(
    Array.from({ length: size }, (_, at) => `w_c~${at}`),
  )
  return trips
}

test('small results are read some hundred at a time', async () => {
  expect(await tripsFor(testApp(broker), 600, 10)).toEqual([20, 100, 480])
})

test('large results are read a few at a time', async () => {
  const [first, ...others] = await tripsFor(testApp(broker), 100, 200_000)
  expect(first).toBe(20)
  expect(Math.max(...others)).toBeLessThanOrEqual(20)
})
