import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  firstInstantOfWall,
  formatInZone,
  instantsOfWall,
  isZone,
  parseInstant,
  transitionWithin,
  wallMsAt,
  zoneOffsetMs,
} from '../../src/time/zone.js'
import { wallClock } from '../schedule/wall-oracle.js'

const HOUR_MS = 3_600_000
const ZONES = Intl.supportedValuesOf('timeZone')
const utc = (text: string): number => Date.parse(`${text}Z`)
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

describe('isZone', () => {
  test.each([
    'UTC',
    'Europe/Berlin',
    'US/Eastern',
    'Europe/Kyiv',
    'Etc/GMT+5',
    'America/Argentina/Buenos_Aires',
    'GMT',
  ])('accepts %s', (name) => expect(isZone(name)).toBe(true))

  test('accepts every zone that Intl lists', () => {
    expect(ZONES.filter((name) => !isZone(name))).toEqual([])
  })

  test.each([
    '+02:00',
    '-05',
    'GMT+2',
    'Europe/Berlni',
    'berlin',
    '',
    ' UTC',
    'UTC\n',
    'Europe/Berlin/',
    '__proto__',
    'constructor',
    'PST',
    'IST',
    'bst',
    'SystemV/EST5',
    `Etc/${'x'.repeat(100)}`,
    undefined,
    null,
    2,
    ['UTC'],
    { toString: () => 'UTC' },
  ])('refuses %j', (name) => expect(isZone(name)).toBe(false))

  test('refuses a megabyte at once', { retry: 2 }, () => {
    const started = performance.now()
    expect(isZone('a/'.repeat(500_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(50)
  })
})

describe('zoneOffsetMs', () => {
  test.each([
    ['Asia/Kathmandu', '2026-07-01T00:00', 5.75],
    ['Europe/Berlin', '2026-03-29T00:59:59.999', 1],
    ['Europe/Berlin', '2026-03-29T01:00', 2],
    ['Australia/Lord_Howe', '2026-01-01T00:00', 11],
    ['Australia/Lord_Howe', '2026-07-01T00:00', 10.5],
    ['Antarctica/Troll', '2026-07-01T00:00', 2],
    ['Pacific/Apia', '2011-12-30T09:59:59', -10],
    ['Pacific/Apia', '2011-12-30T10:00', 14],
    ['Africa/Monrovia', '1971-01-01T00:00', -(44 * 60 + 30) / 3600],
  ])('%s at %s', (tz, at, hours) => expect(zoneOffsetMs(tz, utc(at))).toBe(hours * HOUR_MS))

  test('agrees with the dates and times that Intl shows', () => {
    const instant = fc.integer({ min: 0, max: utc('2199-12-31T00:00') })
    const property = fc.property(fc.constantFrom(...ZONES), instant, (tz, ms) => {
      const seconds = ms - (ms % 1000)
      expect(wallMsAt(tz, seconds)).toBe(wallClock(tz, seconds))
    })
    fc.assert(property, { numRuns: 3000 })
  })

  test('refuses what is no zone', () => {
    expect(() => zoneOffsetMs('Europe/Berlni', 0)).toThrow(RangeError)
  })
})

describe('transitionWithin', () => {
  test('finds the change, its instant included, its predecessor not', () => {
    const change = { atMs: utc('2026-03-29T01:00'), offsetBeforeMs: HOUR_MS, offsetAfterMs: 2 * HOUR_MS }
    const within = (from: string, to: string) => transitionWithin('Europe/Berlin', utc(from), utc(to))
    expect(within('2026-03-28T00:00', '2026-03-29T01:00')).toEqual(change)
    expect(within('2026-03-29T00:59:59.999', '2026-04-29T01:00')).toEqual(change)
    expect(within('2026-03-29T01:00', '2026-04-29T01:00')).toBeUndefined()
    expect(within('2026-03-28T00:00', '2026-03-29T00:59:59.999')).toBeUndefined()
  })
})

describe('instantsOfWall and firstInstantOfWall', () => {
  test.each([
    ['Europe/Berlin', '2026-07-01T12:00', ['2026-07-01T10:00:00Z']],
    ['Europe/Berlin', '2026-03-29T01:59:59', ['2026-03-29T00:59:59Z']],
    ['Europe/Berlin', '2026-03-29T03:00', ['2026-03-29T01:00:00Z']],
    ['Europe/Berlin', '2026-10-25T02:00', ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z']],
    ['Europe/Berlin', '2026-10-25T02:59:59', ['2026-10-25T00:59:59Z', '2026-10-25T01:59:59Z']],
    ['Europe/Berlin', '2026-10-25T03:00', ['2026-10-25T02:00:00Z']],
    ['Australia/Lord_Howe', '2026-04-05T01:45', ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z']],
    ['America/Nuuk', '2026-10-24T23:30', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']],
  ])('%s %s', (tz, wall, instants) => {
    expect(instantsOfWall(tz, utc(wall)).map(iso)).toEqual(instants)
    expect(iso(firstInstantOfWall(tz, utc(wall)))).toBe(instants[0])
  })

  test.each([
    ['Europe/Berlin', '2026-03-29T02:00', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-03-29T02:59:59', '2026-03-29T01:00:00Z'],
    ['America/Havana', '2026-03-08T00:00', '2026-03-08T05:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30:00Z'],
    ['Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00:00Z'],
  ])('%s leaves %s out, and jumps to %s', (tz, wall, jump) => {
    expect(instantsOfWall(tz, utc(wall))).toEqual([])
    expect(iso(firstInstantOfWall(tz, utc(wall)))).toBe(jump)
  })

  test('give back every instant that the wall was read at', () => {
    const instant = fc.integer({ min: 0, max: utc('2199-12-31T00:00') })
    const property = fc.property(fc.constantFrom(...ZONES), instant, (tz, ms) => {
      expect(instantsOfWall(tz, wallMsAt(tz, ms))).toContain(ms)
    })
    fc.assert(property, { numRuns: 2000 })
  })
})

describe('parseInstant', () => {
  test.each([
    ['2026-12-24T18:00', '2026-12-24T17:00:00Z'],
    ['2026-12-24 18:00', '2026-12-24T17:00:00Z'],
    ['2026-12-24T18:00:30', '2026-12-24T17:00:30Z'],
    ['2026-12-24T18:00:30.25', '2026-12-24T17:00:30.250Z'],
    ['2026-12-24T18:00:30,1239', '2026-12-24T17:00:30.123Z'],
    ['2026-12-24', '2026-12-23T23:00:00Z'],
    ['2026-12-24T18:00Z', '2026-12-24T18:00:00Z'],
    ['2026-12-24t18:00z', '2026-12-24T18:00:00Z'],
    ['2026-12-24T18:00-05:30', '2026-12-24T23:30:00Z'],
    ['2026-12-24T18:00+0100', '2026-12-24T17:00:00Z'],
    ['2026-12-24T18:00+01', '2026-12-24T17:00:00Z'],
    ['2028-02-29T00:00Z', '2028-02-29T00:00:00Z'],
    ['2026-03-29T02:30', '2026-03-29T01:00:00Z'],
    ['2026-10-25T02:30', '2026-10-25T00:30:00Z'],
    ['1970-01-01T01:00', '1970-01-01T00:00:00Z'],
    ['2200-12-31T23:59:59Z', '2200-12-31T23:59:59Z'],
    [new Date('2026-12-24T18:00:00Z'), '2026-12-24T18:00:00Z'],
    [Date.parse('2026-12-24T18:00:00Z'), '2026-12-24T18:00:00Z'],
    [0, '1970-01-01T00:00:00Z'],
  ])('in Berlin, %s is %s', (value, instant) => {
    const ms = parseInstant(value, 'Europe/Berlin')
    expect(ms === undefined ? undefined : iso(ms)).toBe(instant)
  })

  test('takes the date from its first instant, where it has no midnight', () => {
    expect(iso(parseInstant('2026-03-08', 'America/Havana') ?? 0)).toBe('2026-03-08T05:00:00Z')
  })

  test.each([
    '2026-02-30',
    '2026-02-30T10:00Z',
    '2027-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-12-24T24:00',
    '2026-12-24T18:60',
    '2026-12-24T18:00:60',
    '2026-12-24T18',
    '2026-12-24T18:00+24:00',
    '2026-12-24T18:00+01:60',
    '2026-12-24Z',
    '2026-12-24T18:00 CET',
    '2026-12-24T18:00Z ',
    ' 2026-12-24',
    '20261224T180000Z',
    '24.12.2026',
    '12/24/2026',
    '٢٠٢٦-12-24',
    'tomorrow',
    'now',
    '',
    '1766599200000',
    '1969-12-31T23:59:59Z',
    '2201-01-01T00:00Z',
    '0070-01-01',
    '0000-01-01',
    '+002026-12-24',
    -1,
    Date.UTC(2201, 0, 1),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(Number.NaN),
    undefined,
    null,
    true,
    {},
    [],
    10n,
  ])('refuses %s', (value) => expect(parseInstant(value, 'Europe/Berlin')).toBeUndefined())

  test('refuses a megabyte at once', { retry: 2 }, () => {
    const started = performance.now()
    expect(parseInstant('9'.repeat(1_000_000), 'UTC')).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(50)
  })

  test('reads back what is written', () => {
    const instant = fc.integer({ min: 0, max: utc('2200-12-31T00:00') / 1000 })
    const property = fc.property(fc.constantFrom(...ZONES), instant, (tz, seconds) => {
      fc.pre(zoneOffsetMs(tz, seconds * 1000) % 60_000 === 0)
      const text = formatInZone(seconds * 1000, tz).replace(/ (?=[+-])/, '')
      expect(parseInstant(text, 'UTC')).toBe(seconds * 1000)
    })
    fc.assert(property, { numRuns: 1000 })
  })
})

describe('formatInZone', () => {
  test.each([
    ['Europe/Berlin', '2026-11-22T02:00', '2026-11-22 03:00:00 +01:00'],
    ['Asia/Kathmandu', '2026-11-22T02:00', '2026-11-22 07:45:00 +05:45'],
    ['America/St_Johns', '2026-11-22T02:00', '2026-11-21 22:30:00 -03:30'],
    ['UTC', '2026-11-22T02:00:01.999', '2026-11-22 02:00:01 +00:00'],
    ['Africa/Monrovia', '1971-01-01T12:00', '1971-01-01 11:15:30 -00:44:30'],
  ])('in %s, %sZ is %s', (tz, at, text) => expect(formatInZone(utc(at), tz)).toBe(text))
})
