import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RefusalPace } from '../../src/worker/refusal-pace.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('those who are refused try one at a time, once a second at the most', async () => {
  const pace = new RefusalPace()
  let tries = 0
  const insist = async () => {
    for (;;) {
      await pace.turn()
      tries++
    }
  }
  for (let n = 0; n < 50; n++) void insist()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(tries).toBeLessThanOrEqual(60)
  expect(tries).toBeGreaterThanOrEqual(14)
})

test('all try again as soon as one is served', async () => {
  const pace = new RefusalPace()
  const tries: number[] = []
  for (let n = 0; n < 5; n++) void pace.turn().then(() => tries.push(n))
  await vi.advanceTimersByTimeAsync(2000)
  expect(tries).toEqual([0])
  pace.served()
  await vi.advanceTimersByTimeAsync(0)
  expect(tries).toEqual([0, 1, 2, 3, 4])
})

test('an answer that says nothing of the others lets the next one try, unless that is refused', async () => {
  const pace = new RefusalPace()
  const tries: number[] = []
  for (let n = 0; n < 4; n++) void pace.turn().then(() => tries.push(n))
  await vi.advanceTimersByTimeAsync(2000)
  pace.answered()
  await vi.advanceTimersByTimeAsync(0)
  expect(tries).toEqual([0, 1])
  void pace.turn()
  pace.answered()
  await vi.advanceTimersByTimeAsync(0)
  expect(tries).toEqual([0, 1])
})

test('one that never tells how it went does not keep the others from trying', async () => {
  const pace = new RefusalPace()
  let tries = 0
  for (let n = 0; n < 3; n++) void pace.turn().then(() => tries++)
  await vi.advanceTimersByTimeAsync(12_000)
  expect(tries).toBe(3)
})
