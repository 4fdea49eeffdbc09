import { expect, onTestFinished, test, vi } from 'vitest'
import { readStatus } from '../../src/control/status.js'
import { ScheduleStore } from '../../src/engine/schedules/schedule-store.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { entryIn, scheduleDesk, storeCode } from './schedule-desk.js'

const broker = brokerOfFile()
const hourly = entryIn('hourly', { task: 'reports.daily', every: '1h' })

test('schedule entries are counted without reading them', async () => {
  const app = testApp(broker)
  const desk = scheduleDesk(app)
  expect((await readStatus(app.engine)).schedules).toEqual({ beat: undefined, entries: 0 })
  // More than are asked for in one go.
  const entries = Array.from({ length: 250 }, (_, n) => ({ ...hourly, name: `hourly-${n}` }))
  await storeCode(desk, entries, Date.now())
  // Of one that has left the code, only how far it had come is kept.
  const writes = [{ name: 'left', definition: null, state: { cursorMs: 1, runs: 0, skipped: 0, paused: false } }]
  await desk.store.change([], () => ({ writes, jobs: [], isEdit: true }))
  await app.redis.sadd(app.keys.schedules, 'damaged', 'strange', 'gone')
  await app.redis.hset(app.keys.schedule('damaged'), 'definition', '{')
  await app.redis.set(app.keys.schedule('strange'), 'text')
  const reading = vi.spyOn(ScheduleStore.prototype, 'readAll')
  onTestFinished(() => reading.mockRestore())
  expect((await readStatus(app.engine)).schedules).toEqual({ beat: undefined, entries: 252 })
  expect(reading).not.toHaveBeenCalled()
})
