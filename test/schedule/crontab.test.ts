import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../src/errors/problems.js'
import { type Crontab, parseCrontab } from '../../src/schedule/crontab.js'

function read(pattern: unknown): Crontab {
  const parsed = parseCrontab(pattern)
  if ('problem' in parsed) throw new Error(formatProblem({ key: 'cron', ...parsed.problem }))
  return parsed.crontab
}

function problemOf(pattern: unknown, days?: 'either' | 'both'): string | undefined {
  const parsed = parseCrontab(pattern, days)
  return 'problem' in parsed ? formatProblem({ key: 'cron', ...parsed.problem }) : undefined
}

const LIMIT_MS = 50

/** What is offending is timed three times, and the fastest counts: a garbage collection may fall into one. */
function timed(pattern: unknown, days: 'either' | 'both') {
  let tookMs = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 3 && tookMs >= LIMIT_MS; tries++) {
    const started = performance.now()
    parseCrontab(pattern, days)
    tookMs = Math.min(tookMs, performance.now() - started)
  }
  return { parsed: parseCrontab(pattern, days), tookMs }
}

const numbers = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)

describe('parseCrontab reads', () => {
  test.each([
    ['0', [0]],
    ['07', [7]],
    ['*', numbers(0, 59)],
    ['*/15', [0, 15, 30, 45]],
    ['*/7', numbers(0, 59, 7)],
    ['5/15', [5, 20, 35, 50]],
    ['10-40/5', numbers(10, 40, 5)],
    ['58-2', [0, 1, 2, 58, 59]],
    ['50-10/5', [0, 5, 10, 50, 55]],
    ['9-9', [9]],
    ['30,5,30,1-3', [1, 2, 3, 5, 30]],
  ])('the minutes %s', (text, values) => expect(read(`${text} * * * *`).minutes.values).toEqual(values))

  test.each([
    ['22-2', [0, 1, 2, 22, 23], false],
    ['*/6', [0, 6, 12, 18], true],
    ['0-23/6', [0, 6, 12, 18], true],
    ['0/6', [0, 6, 12, 18], true],
    ['5-4/12', [5, 17], true],
    ['*/6,7', [0, 6, 7, 12, 18], true],
    ['0,6,12,18', [0, 6, 12, 18], false],
    ['1-23', numbers(1, 23), false],
  ])('the hours %s', (text, values, runsOverAll) => {
    expect(read(`0 ${text} * * *`).hours).toMatchObject({ values, runsOverAll })
  })

  test.each([
    ['jan,FEB,December', [1, 2, 12]],
    ['nov-feb', [1, 2, 11, 12]],
    ['mar/3', [3, 6, 9, 12]],
  ])('the months %s', (text, values) => expect(read(`0 0 1 ${text} *`).months.values).toEqual(values))

  test.each([
    ['0', [0]],
    ['7', [0]],
    ['sun,Monday,SAT', [0, 1, 6]],
    ['mon-fri', [1, 2, 3, 4, 5]],
    ['fri-mon', [0, 1, 5, 6]],
    ['5-7', [0, 5, 6]],
    ['1-7', numbers(0, 6)],
    ['0-7', numbers(0, 6)],
    ['7-2', [0, 1, 2]],
    ['sat-sun', [0, 6]],
    ['*/2', [0, 2, 4, 6]],
    ['1/2', [1, 3, 5]],
    ['7/3', [0, 3, 6]],
    ['?', numbers(0, 6)],
  ])('the days of the week %s', (text, values) => expect(read(`0 0 * * ${text}`).daysOfWeek.values).toEqual(values))

  test.each([
    ['L', { kind: 'before-last', days: 0 }],
    ['l-3', { kind: 'before-last', days: 3 }],
    ['15W', { kind: 'nearest-working-day', day: 15 }],
    ['LW', { kind: 'last-working-day' }],
  ])('the day of the month %s', (text, special) => {
    expect(read(`0 0 ${text} * *`).daysOfMonth).toMatchObject({ values: [], specialDays: [special], isStar: false })
    expect(read(`0 0 1,${text} * *`).daysOfMonth).toMatchObject({ values: [1], specialDays: [special] })
  })

  test.each([
    ['5#2', { kind: 'nth', dayOfWeek: 5, nth: 2 }],
    ['fri#5', { kind: 'nth', dayOfWeek: 5, nth: 5 }],
    ['7#1', { kind: 'nth', dayOfWeek: 0, nth: 1 }],
    ['5L', { kind: 'last', dayOfWeek: 5 }],
    ['FridayL', { kind: 'last', dayOfWeek: 5 }],
  ])('the day of the week %s', (text, special) => {
    expect(read(`0 0 * * ${text}`).daysOfWeek).toMatchObject({ values: [], specialDays: [special] })
  })

  test('six fields with the second first, and five at second 0', () => {
    expect(read('*/20 1 2 3 4 *').seconds.values).toEqual([0, 20, 40])
    expect(read('1 2 3 4 *').seconds.values).toEqual([0])
  })

  test('fields apart by any blanks', () => {
    expect(read('  0\t3 \t* *  * ')).toEqual(read('0 3 * * *'))
  })

  test.each([
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * 0'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    [' @HOURLY', '0 * * * *'],
  ])('%s as %s', (nickname, pattern) => expect(read(nickname)).toEqual(read(pattern)))
})

const FIELDS = "five fields (minute, hour, day of month, month, day of week), six with the second first, or '@daily'"
const MINUTES = 'minute: a number from 0 to 59, *, a range (10-20), a step (*/2), or a list of these'
const NICKNAMES = 'one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly'

describe('parseCrontab refuses', () => {
  test.each([
    ['', FIELDS, 'an empty pattern'],
    [' \t ', FIELDS, 'an empty pattern'],
    ['* * * *', FIELDS, '4 fields: "* * * *"'],
    ['daily', FIELDS, 'one field: "daily"'],
    ['* * * * * * *', FIELDS, '7 fields: "* * * * * * *"'],
    [undefined, FIELDS, 'undefined'],
    [5, FIELDS, '5'],
    [{ minute: 5 }, FIELDS, 'an object'],
    ['@reboot', NICKNAMES, '"@reboot": Beat has no part in starting machines'],
    ['@dayly', NICKNAMES, '"@dayly" (did you mean @daily?)'],
    ['@toString', NICKNAMES, '"@tostring"'],
    ['60 * * * *', MINUTES, '"60"'],
    ['5,61,7 * * * *', MINUTES, '"61"'],
    ['-5 * * * *', MINUTES, '"-5"'],
    ['1- * * * *', MINUTES, '"1-"'],
    ['1-2-3 * * * *', MINUTES, '"1-2-3"'],
    ['1,,2 * * * *', MINUTES, '""'],
    [', * * * *', MINUTES, '""'],
    ['1.5 * * * *', MINUTES, '"1.5"'],
    ['1e1 * * * *', MINUTES, '"1e1"'],
    ['0x10 * * * *', MINUTES, '"0x10"'],
    ['+5 * * * *', MINUTES, '"+5"'],
    ['** * * * *', MINUTES, '"**"'],
    ['*-5 * * * *', MINUTES, '"*-5"'],
    ['? * * * *', MINUTES, '"?"'],
    ['L * * * *', MINUTES, '"l"'],
    ['*/2/3 * * * *', MINUTES, '"*/2/3"'],
    ['*/0 * * * *', 'minute: a step from 1 to 59, such as */2', '"*/0"'],
    ['*/60 * * * *', 'minute: a step from 1 to 59, such as */2', '"*/60"'],
    ['*/ * * * *', 'minute: a step from 1 to 59, such as */2', '"*/"'],
    ['0 */24 * * *', 'hour: a step from 1 to 23, such as */2', '"*/24"'],
    ['60 * * * * *', 'second: a number from 0 to 59, *, a range (10-20), a step (*/2), or a list of these', '"60"'],
    ['0 24 * * *', 'hour: a number from 0 to 23, *, a range (10-20), a step (*/2), or a list of these', '"24"'],
  ])('%j', (pattern, expected, got) => expect(problemOf(pattern)).toBe(`cron: expected ${expected}, got ${got}`))

  const DAYS =
    'day of month: a number from 1 to 31, *, a range (10-20), a step (*/2), L, L-3, 15W or LW, or a list of these'
  test.each(['0', '32', 'L-31', 'L-0', 'L-', 'W', '32W', '0W', 'L-3W', '1-5W', '5L', '?/2', 'mon'])(
    'the day of the month %s',
    (text) => {
      expect(problemOf(`0 0 ${text} * *`)).toBe(`cron: expected ${DAYS}, got ${JSON.stringify(text.toLowerCase())}`)
    },
  )

  const WEEK =
    'day of week: a number from 0 to 7 or a name such as mon, *, a range (mon-fri), a step (*/2), 5#2 or 5L, or a list of these'
  test.each([
    ['8', '"8"'],
    ['L', '"l"'],
    ['5#6', '"5#6"'],
    ['5#0', '"5#0"'],
    ['5#', '"5#"'],
    ['#2', '"#2"'],
    ['mo', '"mo"'],
    ['jan', '"jan"'],
    ['mno-fri', '"mno-fri" (did you mean mon?)'],
    ['thrusday', '"thrusday" (did you mean thursday?)'],
    ['5W', '"5w"'],
    ['mon-fri#2', '"mon-fri#2"'],
  ])('the day of the week %s', (text, got) => {
    expect(problemOf(`0 0 * * ${text}`)).toMatch(`cron: expected ${WEEK}, got ${got.split(' ')[0]}`)
    expect(problemOf(`0 0 * * ${text}`)).toContain(got)
  })

  test.each([
    '0 0 30 2 *',
    '0 0 30,31 feb *',
    '0 0 31 4 *',
    '0 0 31 2,4,6,9,11 *',
    '0 0 31 2,4 *',
    '0 0 30W 2 ?',
    '0 0 L-30 4 *',
  ])('what is never due: %s', (pattern) => {
    const message = `cron: expected days that exist in the months named, got "${pattern}", which is never due`
    expect(problemOf(pattern)).toBe(message)
  })

  test('what is never due only by the rule that both days must match', () => {
    for (const pattern of ['0 0 30 2 1', '0 0 8-31 * 1#1', '0 0 1 * 1L']) {
      expect(problemOf(pattern, 'both')).toContain('which is never due')
      expect(problemOf(pattern, 'either')).toBeUndefined()
    }
  })

  test('what is due seldom is not refused', () => {
    for (const pattern of ['0 0 29 2 *', '0 0 29 2 1', '0 0 29 2 1#5', '0 0 L 2 0L']) {
      expect(problemOf(pattern, 'both')).toBeUndefined()
    }
  })

  test('a pattern of more than 256 characters', () => {
    const long = `${'1,'.repeat(124)}1 * * * *`
    expect(long).toHaveLength(257)
    expect(problemOf(long)).toBe('cron: expected a pattern of at most 256 characters, got 257 characters')
    expect(problemOf(long.slice(1))).toContain(', got ""')
    expect(problemOf(long.slice(2))).toBeUndefined()
  })

  test.each([
    '0 3 * * *\n',
    '0\u00a03 * * *',
    '٣ * * * *',
    '１ * * * *',
    '\0 * * * *',
    '0 3 * * \u001b[2J',
    '*\u200b * * * *',
  ])('characters that no crontab has: %j', (pattern) =>
    expect(problemOf(pattern)).toMatch(/^cron: expected printable ASCII characters, got "/),
  )
})

describe('hostile text', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '*',
      '*/',
      '1-',
      ',',
      '0,',
      '#',
      'L',
      'W',
      '-',
      '/',
      '1',
      ' ',
      '\t',
      '@',
      'mon',
      '*/0',
      '?',
      '1-59/1,',
    ),
  )
  const repeated = fc.tuple(piece, fc.integer({ min: 1, max: 1_000_000 })).map(([text, length]) => {
    return text.repeat(Math.ceil(length / Math.max(1, text.length))).slice(0, length)
  })
  const fields = fc.array(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    { maxLength: 8 },
  )
  const junk = fc.oneof(
    repeated,
    fields.map((texts) => texts.join(' ')),
    fc.anything(),
  )

  test('is told within 50 ms, and nothing is thrown', () => {
    const property = fc.property(junk, fc.constantFrom('either', 'both'), (text, days) => {
      const { parsed, tookMs } = timed(text, days)
      expect('crontab' in parsed || (parsed.problem.expected.length < 250 && parsed.problem.got.length < 500)).toBe(
        true,
      )
      expect(tookMs).toBeLessThan(LIMIT_MS)
    })
    fc.assert(property, { numRuns: 3000 })
  })

  test.each([
    ['a long number', '1'.repeat(1_000_000)],
    ['steps without end', '*/'.repeat(500_000)],
    ['commas', ','.repeat(1_000_000)],
    ['blanks', ' '.repeat(1_000_000)],
    ['a long list with a fault at its end', `${'1,'.repeat(120)}x * * * *`],
    ['many ranges', `${'1-59/1,'.repeat(34)}0 * * * *`],
    ['many special days', `0 0 ${'l-3,15w,lw,'.repeat(21)}L 2 *`],
    ['a nickname after blanks', `${' '.repeat(250)}@daly`],
  ])('%s', (_name, text) => {
    expect(timed(text, 'both').tookMs).toBeLessThan(LIMIT_MS)
  })
})
