import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { ProcessVitals } from '../../src/worker/process-vitals.js'

const holdUp = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('a look right after another tells what the other told', async () => {
  const vitals = new ProcessVitals()
  const { cpu, loopLagMs } = vitals.read()
  holdUp(300)
  await sleep(100)
  expect(vitals.read()).toMatchObject({ cpu, loopLagMs })
  await vi.waitFor(() => expect(vitals.read().loopLagMs).toBeGreaterThan(150), 5000)
  expect(vitals.read().cpu).toBeGreaterThan(0)
  vitals.stop()
})

test('the first look tells of a longer time than since the worker began', () => {
  holdUp(50)
  const vitals = new ProcessVitals()
  const used = process.cpuUsage()
  const whole = (used.user + used.system) / 1000 / performance.now()
  expect(vitals.read().cpu).toBeCloseTo(whole, 1)
  vitals.stop()
})
