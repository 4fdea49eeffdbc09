import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { logTaskLines, logWorkerEvents } from '../../src/app/worker-log.js'
import { readLogLine } from '../../src/codec/log-line.js'
import type { WorkerEvent } from '../../src/events/worker-event.js'
import { createRunLog, formatLogLine } from '../../src/worker/run-log.js'

const job = { id: 'j1', task: 'send', queue: 'emails', attempt: 2 }
const HOSTILE = 'evil\u001b]0;title\u0007\r\nforged'
const failure = { name: 'Error', message: HOSTILE }

const EVENTS: [WorkerEvent, string, RegExp][] = [
  [{ name: 'job.started', ...job }, 'debug', /send started/],
  [{ name: 'job.succeeded', runMs: 1500, ...job }, 'info', /send succeeded in 1.5s/],
  [{ name: 'job.retried', runMs: 1, failure, delayMs: 2000, ...job }, 'warn', /send failed: evil.*again in 2s/],
  [{ name: 'job.dead-lettered', runMs: 1, failure, ...job }, 'error', /send failed for good: evil/],
  [{ name: 'job.revoked', reason: HOSTILE, ...job }, 'info', /^send was revoked: evil/],
  [{ name: 'job.retried', runMs: 1, failure, delayMs: 2000, isExpected: true, ...job }, 'info', /Error: evil.*in 2s/],
  [{ name: 'job.dead-lettered', runMs: 1, failure, isExpected: true, ...job }, 'info', /send ended with Error: evil/],
  [{ name: 'job.snoozed', runMs: 1, reason: HOSTILE, delayMs: 5000, ...job }, 'info', /runs again in 5s: evil/],
  [{ name: 'job.ignored', runMs: 1, ...job }, 'info', /send is done and forgotten/],
  [{ name: 'job.given-back', ...job }, 'info', /send went back/],
  [{ name: 'job.postponed', reason: 'unknown', delayMs: 1, ...job }, 'warn', /send is put aside: unknown/],
  [{ name: 'job.result-lost', reason: 'Missing lock', ...job }, 'warn', /no longer ours: Missing lock/],
  [{ name: 'jobs.recovered', queue: 'emails', ids: ['a', 'b'] }, 'warn', /2 job\(s\) of a worker that is gone/],
  [{ name: 'broker.trouble', message: HOSTILE }, 'warn', /broker: evil/],
]

function logger() {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'debug', base: null }, { write: (text: string) => void lines.push(JSON.parse(text)) })
  return { log, lines }
}

const CONTROL = /\p{Cc}/u

describe('the log of a worker', () => {
  test.each(EVENTS)('%j', (event, level, message) => {
    const { log, lines } = logger()
    logWorkerEvents(log)(event)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.level).toBe(pino.levels.values[level])
    expect(lines[0]?.msg).toMatch(message)
    expect(lines[0]?.msg).not.toMatch(CONTROL)
  })

  test('names a hostile task safely, and carries the job', () => {
    const { log, lines } = logger()
    logWorkerEvents(log)({ name: 'job.started', ...job, task: HOSTILE })
    expect(lines[0]).toMatchObject({ job: 'j1', queue: 'emails', attempt: 2 })
    expect(lines[0]?.msg).not.toMatch(CONTROL)
  })

  test("has tasks' own lines, with their fields", () => {
    const { log, lines } = logger()
    logTaskLines(log)('warn', { id: 'j1', task: 'send' }, { user: 'u' }, HOSTILE)
    expect(lines[0]).toMatchObject({ level: 40, job: 'j1', task: 'send', user: 'u' })
    expect(lines[0]?.msg).not.toMatch(CONTROL)
  })
})

describe('texts of 10 MB', () => {
  const LONG = `${'a'.repeat(1e7)}\u001b`

  test('are cut in the log of the worker before they are made safe', () => {
    const { log, lines } = logger()
    const fields = { text: LONG, deep: [{ text: LONG }], [LONG]: 1 }
    logTaskLines(log)('warn', { id: 'j1', task: 'send' }, fields, LONG)
    const cut = `${'a'.repeat(32_767)}…`
    expect(lines).toMatchObject([{ msg: cut, text: cut, deep: [{ text: cut }], [cut]: 1 }])
  })

  test('are cut in a stored line, which is JSON and no longer than what is kept', () => {
    const many = Array.from({ length: 1000 }, () => LONG)
    const line = formatLogLine('info', 1, { many, error: new Error(LONG) }, LONG)
    expect(line.length).toBeLessThan(65_536)
    const { message, fields } = JSON.parse(line)
    expect(message).toBe(`${'a'.repeat(32_767)}…`)
    expect(fields.many[0]).toMatch(/^a{10000,}…$/)
    expect(fields.many.slice(1)).toEqual(Array(999).fill('…'))
  })

  test('are cut where the fields cannot be JSON', () => {
    expect(formatLogLine('info', 1, { n: 1n }, LONG).length).toBeLessThan(40_000)
  })
})

describe('a stored log line', () => {
  test('is read back for a terminal, without what could harm it', () => {
    const stored = formatLogLine('info', 2, { user: '\u001b[31m' }, HOSTILE)
    expect(JSON.parse(stored)).toMatchObject({ level: 'info', attempt: 2, message: HOSTILE })
    expect(readLogLine(stored)).toMatch(/^\d{4}-.* info evil.*forged .*user/)
    expect(readLogLine(stored)).not.toMatch(CONTROL)
    expect(readLogLine(HOSTILE)).not.toMatch(CONTROL)
  })

  test('is written for any fields', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(JSON.parse(formatLogLine('info', 1, cycle, 'x'))).toMatchObject({ message: 'x', fields: '[not JSON]' })
  })

  test('may be a message alone, fields alone, or both', () => {
    const seen: unknown[] = []
    const log = createRunLog((...line) => seen.push(line))
    log.info('plain')
    log.error({ a: 1 }, 'both')
    log.debug({ b: 2 })
    expect(seen).toEqual([
      ['info', undefined, 'plain'],
      ['error', { a: 1 }, 'both'],
      ['debug', { b: 2 }, ''],
    ])
  })
})
