import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { safeText } from '../../src/codec/safe-text.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { checkProjectName } from '../../src/scaffold/project-name.js'
import { parseDuration } from '../../src/time/duration.js'
import { parseRate } from '../../src/time/rate.js'
import { isZone } from '../../src/time/zone.js'

const MEGABYTE = 1_000_000
/** What makes an expression that tries all ways try them for ever. */
const LONG = ['1', ' ', '0', 'a', '/', '-', '*', ',', '.', '1 ', 'a-', '*/', '\u001b[', '(', '1,']
  .map((part) => part.repeat(MEGABYTE / part.length))
  .flatMap((text) => [text, `${text}!`, `!${text}`])

const attempt = (work: () => unknown): void => {
  try {
    work()
  } catch {
    // A refusal is an answer.
  }
}

/** A text of a megabyte is answered in so many milliseconds; one that goes wrong takes hours. */
const BOUND_MS = 2000

test.each<[string, (text: string) => unknown]>([
  ['a duration', parseDuration],
  ['a rate', parseRate],
  ['a zone', isZone],
  ['a project', checkProjectName],
  ['a text to show', (text) => safeText(text, 1000)],
  ['a crontab', (cron) => resolve({ schedule: { x: { task: 't', cron } } })],
  ['a name of a task', (task) => resolve({ schedule: { x: { task, every: '1s' } } })],
  ['a route', (route) => resolve({ routes: [[route, 'q']] })],
  ['the address of a broker', (broker) => resolve({ broker: `redis://${broker}` })],
])(
  '%s of a megabyte is answered at once',
  (_, read) => {
    for (const text of LONG) {
      const startedAt = performance.now()
      attempt(() => read(text))
      expect(performance.now() - startedAt).toBeLessThan(BOUND_MS)
    }
  },
  60_000,
)

const resolve = (value: object) => resolveConfig({ root: process.cwd(), file: { path: 'test', value } })

test('no regular expression of ours repeats what is repeated', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  // `(a+)+`, `(a*)*`, `(\w+\s*)+`: the ways to match grow by powers of two.
  const nested = /\/(?:[^/\n\\]|\\.)*\((?:\?[:=!])?[^()\n|]*[+*]\)[+*](?:[^/\n\\]|\\.)*\/[dgimsuvy]*[.,;)\s]/
  // Each round of its strings begins with a backslash, which nothing else there takes.
  const others = files.filter((file) => file !== 'tui/json-lines.ts')
  expect(others.filter((file) => nested.test(readFileSync(`src/${file}`, 'utf8')))).toEqual([])
})
