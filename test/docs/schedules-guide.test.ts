import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../src/beat/beat-options.js'
import { planSlots } from '../../src/beat/plan-slots.js'
import { freshState } from '../../src/engine/schedules/schedule-record.js'
import { formatProblem } from '../../src/errors/problems.js'
import { checkScheduleEntry, checkSchedules } from '../../src/schedule/check-entry.js'
import { describeSchedule } from '../../src/schedule/describe.js'
import { createEntryTimetable } from '../../src/schedule/entry-timetable.js'
import { SOLAR_EVENTS } from '../../src/schedule/schedule.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { formatInZone, parseInstant } from '../../src/time/zone.js'
import { CliProject } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'
import { codesIn, Page } from './page.js'

const guide = new Page('docs/guides/schedules.md')
const fromCelery = new Page('docs/guides/from-celery-beat.md')
const broker = brokerOfFile()

const TZ = 'Europe/Berlin'

/** Keys of an entry as they stand in the guides: `every: '10s'`. */
const readKeys = (code: string): object => JSON.parse(runInNewContext(`JSON.stringify({ ${code} })`))

function entryOf(written: object, timezone = 'UTC'): ScheduleEntry {
  const checked = checkScheduleEntry('shown', { task: 'Shown', ...written }, { timezone })
  if ('problems' in checked) throw new Error(checked.problems.map(formatProblem).join('\n'))
  return checked.entry
}

/** The times on the wall of all slots from one instant to another. */
function timesBetween(entry: ScheduleEntry, fromMs: number, toMs: number): string[] {
  const timetable = createEntryTimetable(entry)
  const times: string[] = []
  for (let slot = timetable.next(fromMs - 1); slot !== undefined && slot <= toMs; slot = timetable.next(slot)) {
    times.push(formatInZone(slot, TZ).slice(11, 16))
  }
  return times
}

const timesIn = (text: string): string[] => text.match(/\d\d:\d\d/g) ?? []

describe('the nights in which the clock changes', () => {
  const rows = guide.tableUnder('`cron`')
  const nights = ['2027-03-28', '2027-10-31'].map((date) =>
    ['01:30', '04:00'].map((time) => parseInstant(`${date}T${time}`, TZ) as number),
  )

  test.each(rows)('%s', (pattern, ...shown) => {
    const entry = entryOf({ cron: codesIn(pattern ?? '')[0] }, TZ)
    for (const [night, cell = ''] of shown.entries()) {
      const [from = 0, to = 0] = nights[night] ?? []
      const times = timesBetween(entry, from, to)
      // Dots stand for slots that are not shown.
      if (cell.includes('…')) expect(times.join(' ')).toContain(timesIn(cell).join(' '))
      else expect(timesIn(cell)).toEqual(times)
    }
  })

  test('are six examples', () => expect(rows).toHaveLength(6))
})

describe('missed slots', () => {
  const rows = guide.tableUnder('`misfire`')
  const [lastBeat, now] = ['2026-11-21T08:30', '2026-11-21T12:10'].map((text) => parseInstant(text, TZ) as number)

  test.each(rows)('%s', (rule = '', runs = '', passed = '') => {
    const entry = entryOf({ cron: '0 * * * *', ...readKeys(`misfire: ${codesIn(rule)[0]}`) }, TZ)
    const plan = planSlots(createEntryTimetable(entry), entry, freshState(lastBeat ?? 0), now ?? 0)
    expect(plan?.slots.map((slot) => formatInZone(slot, TZ).slice(11, 16))).toEqual(timesIn(runs))
    expect(plan?.missed).toBe(timesIn(passed).length)
    expect([...timesIn(passed), ...timesIn(runs)]).toEqual(timesBetween(entry, lastBeat ?? 0, now ?? 0))
  })

  test('are four examples, of which the first is the default', () => {
    expect(rows).toHaveLength(4)
    expect(rows[0]?.[0]).toBe("`'last'`, the default")
    expect(guide.text).toContain('within its grace, 30 s unless you say otherwise')
    expect(guide.text).toContain('(the latest 10;')
    expect(entryOf({ every: '1h' }).misfire).toEqual({ run: 'last', max: 10, graceMs: 30_000 })
  })
})

test('the overlap rules are those that there are, the default first', () => {
  const rules = guide.tableUnder('`overlap`').map(([rule = '']) => codesIn(rule)[0])
  expect(rules.map((rule) => entryOf({ every: '1h', ...readKeys(`overlap: ${rule}`) }).overlap)).toEqual([
    'allow',
    'skip',
    'queue',
    'cancel',
  ])
  expect(entryOf({ every: '1h' }).overlap).toBe('allow')
})

test('the lease is as long as the guide says', () => {
  expect(guide.text).toContain(`Its lease runs out ${LEASE_MS / 1000} s after it was last renewed`)
})

test('the events of the sun are all named', () => {
  const named = codesIn(guide.prose).filter((code) => (SOLAR_EVENTS as readonly string[]).includes(code))
  expect(named).toEqual(SOLAR_EVENTS)
})

test('an interval lies on the grid that the guide tells', () => {
  const week = createEntryTimetable(entryOf({ every: '7d' })).next(Date.UTC(2026, 10, 21)) ?? 0
  expect(new Date(week).toUTCString()).toBe('Thu, 26 Nov 2026 00:00:00 GMT')
  const ten = createEntryTimetable(entryOf({ every: '10s' })).next(Date.UTC(2026, 10, 21, 8, 0, 3)) ?? 0
  expect(new Date(ten).toISOString()).toBe('2026-11-21T08:00:10.000Z')
})

describe("Celery's times", () => {
  const rows = fromCelery.tableUnder('Celery').filter(([, ours]) => /^`(?:cron|every|solar):/.test(ours ?? ''))

  test.each(rows)('%s', (_, ours = '') => {
    for (const code of codesIn(ours).filter((text) => /^(?:cron|every|solar):/.test(text))) {
      expect(entryOf(readKeys(code.replace('…', ''))).schedule).toBeDefined()
    }
  })

  test('are more than a handful', () => expect(rows.length).toBeGreaterThan(8))

  test('Friday the 13th needs both days to match', () => {
    const code = codesIn(rows.find(([theirs]) => theirs?.includes("'13'"))?.[1] ?? '')[0] ?? ''
    const timetable = createEntryTimetable(entryOf(readKeys(code)))
    expect(timetable.next(Date.UTC(2026, 10, 1))).toBe(Date.UTC(2026, 10, 13))
    expect(timetable.next(Date.UTC(2026, 10, 13))).toBe(Date.UTC(2027, 7, 13))
  })
})

describe('the project of the guide', () => {
  const files = new Map<string, string>()
  for (const { path, code } of guide.snippets) if (path !== undefined && !files.has(path)) files.set(path, code)

  function project(): CliProject {
    const made = new CliProject(broker.url)
    for (const [path, code] of files) if (!path.startsWith('test/')) made.write(path, code)
    return made
  }

  test('has the entries that the guide lists, each of a task that is there', async () => {
    const shop = project()
    const { schedules, ...rest } = await shop.json<{ schedules: { name: string; task: string; when: string }[] }>([
      'schedule',
      'list',
    ])
    expect(rest).not.toHaveProperty('codeProblem')
    const { tasks } = await shop.json<{ tasks: { name: string }[] }>(['list'])
    expect(tasks.map(({ name }) => name)).toEqual(expect.arrayContaining(schedules.map(({ task }) => task)))
    const shown = guide.outputs.find((output) => output.startsWith('entry ')) ?? ''
    for (const { name, task, when } of schedules.filter((entry) => entry.name !== 'Crawl')) {
      expect(shown).toMatch(new RegExp(`^${name} `, 'm'))
      expect(shown).toContain(`\n  ${when} · ${task}\n`)
    }
  })

  test('prints the preview that the guide shows, but for how far off it is', async () => {
    const line = guide.commandLines.find((command) => command.includes('preview')) ?? ''
    const { stdout } = await project().run(line.split(' ').slice(1))
    const [shown = ''] = guide.outputs.filter((output) => output.startsWith('nightly-report: '))
    const withoutDistance = (text: string) =>
      text.replaceAll(/ {2}(?:in )?\d+ \w+.*$/gm, '').replace(/\n\n! It is in.*/s, '\n')
    expect(withoutDistance(stdout)).toBe(withoutDistance(shown))
  })

  test('is refused as the guide shows', async () => {
    const wrong = files
      .get('taskq.config.ts')
      ?.replace('30 2 * * *', '30 2 30 2 *')
      .replace("overlap: 'skip'", "overlap: 'skp'")
    const run = await project()
      .write('taskq.config.ts', wrong ?? '')
      .run(['beat'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(guide.outputs).toContain(run.stderr)
  })
})

describe('the README', () => {
  const readme = new Page('README.md')

  test('lists the entries of its configuration', () => {
    const { code = '' } = readme.snippets.find(({ path }) => path === 'taskq.config.ts') ?? {}
    const written = [...code.matchAll(/^ {4}'([\w-]+)': \{ (.*) \},$/gm)]
    expect(written).toHaveLength(3)
    const listed = readme.outputs.find((output) => output.startsWith('$ taskq schedule list\n'))
    for (const [, name, keys = ''] of written) {
      const { task, schedule } = entryOf(readKeys(keys), TZ)
      expect(listed).toMatch(new RegExp(`^${name} `, 'm'))
      expect(listed).toContain(`\n  ${describeSchedule(schedule)} · ${task}\n`)
    }
  })

  test('shows the same preview as the guide', () => {
    const shown = readme.outputs.find((output) => output.startsWith('$ taskq schedule preview'))
    const [line = '', ...output] = shown?.split('\n') ?? []
    expect(guide.commandLines).toContain(line.slice(2))
    expect(guide.outputs).toContain(output.join('\n'))
  })
})

test.each(['basic', 'existing'])('the schedule of the template %s works when it is uncommented', (template) => {
  const read = (path: string) => readFileSync(new URL(`../../templates/${path}`, import.meta.url), 'utf8')
  const [, keys = ''] = /^ {2}\/\/ (schedule: \{\n.*? {2}\/\/ \},)$/ms.exec(read(`${template}/taskq.config.ts`)) ?? []
  const written = readKeys(keys.replaceAll('//', '')) as { schedule?: object }
  const checked = checkSchedules(written.schedule, { timezone: 'UTC' })
  expect(checked).toMatchObject({ entries: [{ task: 'SendWelcomeEmail', args: [expect.any(String)] }] })
  expect(read('basic/src/tasks/send-welcome-email.ts')).toContain('class SendWelcomeEmail extends')
})
