import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { planWorker } from '../../src/app/worker-request.js'
import { encodeResult } from '../../src/codec/result.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { GONE_AFTER_MS, HEARTBEAT_MS, SILENT_AFTER_MS } from '../../src/engine/workers/worker-registry.js'
import { type BackoffOptions, DEFAULT_BACKOFF, parseBackoff } from '../../src/retry/backoff.js'
import { CALL_KEYS } from '../../src/task/enqueue-problems.js'
import { MAX_RETRIES } from '../../src/task/options/retry-options.js'
import { resolveTaskOptions, TASK_OPTION_KEYS } from '../../src/task/options.js'
import type { RunContext } from '../../src/task/run-context.js'

const page = readFileSync(new URL('../../docs/reference/tasks.md', import.meta.url), 'utf8')
const code = (cell = ''): string => /^`([^`]*)`$/.exec(cell)?.[1] ?? ''

/** The rows of the table whose head begins with these words. */
function rowsUnder(head: string): string[][] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`))
  expect(start, `a table of ${head}`).toBeGreaterThan(0)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map((line) => line.replace(/^\| | \|$/g, '').split(' | '))
}

/** The third column of a table by the first; a cell of code gives what it says, another one nothing. */
const defaultsUnder = (head: string): Map<string, unknown> =>
  new Map(rowsUnder(head).map(([key, , shown]) => [code(key), code(shown) === '' ? undefined : readValue(code(shown))]))

const readValue = (shown: string): unknown => (shown.startsWith("'") ? shown.slice(1, -1) : JSON.parse(shown))

// The compiler holds these lists against the types: a key too many or too few does not compile.
const BACKOFF = { type: true, delay: true, factor: true, max: true, jitter: true } satisfies Record<
  keyof BackoffOptions,
  true
>
const MEMBERS = {
  request: true,
  log: true,
  signal: true,
  progress: true,
  spawn: true,
  replace: true,
  addToChord: true,
} satisfies Record<keyof RunContext, true>

describe('docs/reference/tasks.md', () => {
  test('has a row for every option of a task, and no other', () => {
    const whole = TASK_OPTION_KEYS.filter((key) => key !== 'backoff')
    const keys = [...whole, ...Object.keys(BACKOFF).map((key) => `backoff.${key}`)]
    expect([...defaultsUnder('Option').keys()].sort()).toEqual(keys.sort())
  })

  test('has a row for every option of a call, and no other', () => {
    expect([...defaultsUnder('Option of a call').keys()].sort()).toEqual([...CALL_KEYS].sort())
  })

  test('has a row for every member of a run, and no other', () => {
    const members = rowsUnder('Member | Meaning').map(([member = '']) => /^`(\w+)/.exec(member)?.[1])
    expect(members.sort()).toEqual(Object.keys(MEMBERS).sort())
  })

  test('gives the defaults of a task that the code has', () => {
    const shown = defaultsUnder('Option')
    const resolved = resolveTaskOptions({}, 'x')
    expect(shown.get('retries')).toBe(resolved.retries)
    expect(shown.get('ignoreResult')).toBe(resolved.ignoreResult)
    expect(resolved).toMatchObject({ name: 'x', queue: undefined, rateLimit: undefined, resultTtlMs: undefined })
    expect(resolved.schema).toBeUndefined()
    for (const key of ['name', 'queue', 'rateLimit', 'resultTtl', 'schema']) expect(shown.get(key), key).toBeUndefined()
  })

  test('gives the defaults of the backoff that the code has', () => {
    const shown = [...defaultsUnder('Option')].filter(([key]) => key.startsWith('backoff.'))
    const problems: never[] = []
    const written = Object.fromEntries(
      shown.filter(([, value]) => value !== undefined).map(([key, value]) => [key.slice('backoff.'.length), value]),
    )
    expect(Object.keys(written).sort()).toEqual(['delay', 'jitter', 'max', 'type'])
    expect(parseBackoff(written, problems)).toEqual(DEFAULT_BACKOFF)
    expect(problems).toEqual([])
  })

  test('gives the most retries there can be', () => {
    for (const head of ['Option', 'Option of a call']) {
      const forms = rowsUnder(head).map(([key, form]) => [code(key), form])
      expect(new Map(forms as [string, string][]).get('retries')).toBe(`whole number, 0 to ${MAX_RETRIES}`)
    }
  })
})

describe('the fixed numbers of docs/reference/tasks.md', () => {
  const numbers = new Map(rowsUnder('What') as [string, string][])

  test('the crash budget', () => {
    const request = { onEvent: () => {}, onLog: () => {} }
    const { crashBudget } = planWorker(resolveConfig({ root: '/app' }), [], request, '0')
    expect(numbers.get('crash budget')).toBe(String(crashBudget))
  })

  test('the heartbeat', () => {
    expect(numbers.get('heartbeat of a worker')).toBe(
      `every ${HEARTBEAT_MS / 1000} s; every second while somebody watches`,
    )
    const silence = `silent after ${SILENT_AFTER_MS / 1000} s, gone after ${GONE_AFTER_MS / 1000} s`
    expect(numbers.get('a worker that says nothing')).toBe(silence)
  })

  test('the size of a result that has a key of its own', () => {
    const kib = Number(/^above (\d+) KiB/.exec(numbers.get('a result in a key of its own') ?? '')?.[1])
    const textOf = (bytes: number) => 'x'.repeat(bytes - '""'.length)
    expect(encodeResult(textOf(kib * 1024)).large).toBeUndefined()
    expect(encodeResult(textOf(kib * 1024 + 1)).large).toBeDefined()
  })
})
