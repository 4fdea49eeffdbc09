import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KEYMAP } from '../../src/tui/keymap.js'

const GUIDE = readFileSync(new URL('../../docs/guides/dashboard.md', import.meta.url), 'utf8')

/** The rows of the guide's table of keys, but for the heads of its groups. */
const ROWS = GUIDE.split('\n')
  .map((line) => /^\| (`.+`) \| (.+) \| (.+) \|$/.exec(line))
  .flatMap((match) => (match === null ? [] : [{ keys: match[1] ?? '', title: match[2] ?? '', where: match[3] ?? '' }]))
  .filter(({ title }) => KEYMAP.some((binding) => binding.title === title))

test('the guide lists every key of the dashboard, and no other', () => {
  const wanted = KEYMAP.map(({ title, places }) => ({ title, where: places?.join(', ') ?? 'everywhere' }))
  expect(ROWS.map(({ title, where }) => ({ title, where }))).toEqual(wanted)
})

test('the guide names as many keys for each as there are', () => {
  const counts = ROWS.map(({ keys }) => keys.split('` `').length)
  expect(counts).toEqual(KEYMAP.map(({ keys }) => keys.length))
})

test('the guide shows a screen of each view', () => {
  const views = ['Queues', 'Tasks', 'Jobs', 'Workers', 'Schedules', 'Workflows', 'Events']
  for (const view of views) expect(GUIDE).toMatch(new RegExp(`^.*\\[\\d ${view}\\]`, 'm'))
})
