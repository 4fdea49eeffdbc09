import { expect, test } from 'vitest'
import { Reconnects } from '../../../src/engine/connection/reconnects.js'

test('a server that refuses is asked once a second at most, however soon it is there again', () => {
  const reconnects = new Reconnects()
  for (let at = 0; at < 60_000; at += reconnects.delayMs(1, at)) {
    reconnects.noteRefusal(at)
    expect(reconnects.delayMs(1, at)).toBeGreaterThanOrEqual(1000)
    expect(reconnects.delayMs(1, at)).toBeLessThanOrEqual(5000)
  }
})

test('a cut that has nothing to do with a refusal is mended soon', () => {
  const reconnects = new Reconnects()
  reconnects.noteRefusal(0)
  expect(reconnects.delayMs(1, 2000)).toBeLessThanOrEqual(1600)
})

test('a fleet that was cut comes back over more than a second, also with the server there at once', () => {
  const delays = Array.from({ length: 200 }, () => new Reconnects().delayMs(1))
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(1000)
})

test('a server that is away is tried ever more rarely, and not by all at once', () => {
  const reconnects = new Reconnects()
  const delays = Array.from({ length: 200 }, () => reconnects.delayMs(20))
  expect(Math.max(...delays)).toBeLessThanOrEqual(5000)
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(2000)
})
