import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TroubleLog } from '../../src/events/trouble-log.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function heard(): { log: TroubleLog; told: string[] } {
  const told: string[] = []
  return { told, log: new TroubleLog(({ message }) => told.push(message)) }
}

const MISCONF = 'MISCONF Errors writing to the AOF file: No space left on device'

test('a storm of errors of one kind is told at once, and then once in ten seconds with how many there were', () => {
  const { log, told } = heard()
  for (let second = 0; second < 60; second++) {
    for (let n = 0; n < 100; n++) log.report(new Error(MISCONF))
    vi.advanceTimersByTime(1000)
  }
  expect(told.length).toBeLessThanOrEqual(7)
  expect(told[0]).toBe(MISCONF)
  expect(told[1]).toBe(`${MISCONF} (and 998 more like it in 10s)`)
})

test('what the broker answered is one kind, whatever it answered to', () => {
  const { log, told } = heard()
  log.report(new Error(MISCONF))
  for (let n = 0; n < 5; n++) {
    const cause = new Error(`ERR Error running script (call to f_0${n}): @user_script:${n}: -${MISCONF}`)
    log.report(new Error(`the end of task${n} (id-${n}) is not recorded yet: ${cause.message}`, { cause }))
  }
  expect(told).toEqual([MISCONF])
})

test('other words are another kind; names and numbers make none', () => {
  const { log, told } = heard()
  log.report(new Error('connect ECONNREFUSED 10.0.0.1:6379'))
  log.report(new Error('connect ECONNREFUSED 10.0.0.2:6380'))
  log.report(new Error('read ECONNRESET'))
  expect(told).toEqual(['connect ECONNREFUSED 10.0.0.1:6379', 'read ECONNRESET'])
})

test('a kind that comes again after it was quiet is told at once', () => {
  const { log, told } = heard()
  log.report(new Error('read ECONNRESET'))
  vi.advanceTimersByTime(20_000)
  log.report(new Error('read ECONNRESET'))
  expect(told).toEqual(['read ECONNRESET', 'read ECONNRESET'])
})
