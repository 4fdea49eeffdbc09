import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bounds, isMet } from '../kit/row.ts'
import { judge, leastAcked, type Outcome } from './judge.ts'
import { mostWithin } from './most-within.ts'
import { SoakLedger } from './soak-ledger.ts'

const END = 1_800_000
const flat = Array.from({ length: END / 2000 }, (_, index) => ({ at: index * 2000, bytes: 100 << 20 }))

describe('the judgement of a soak', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'taskq-judge-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  /** What is not met of a soak of one minute with ten calls, which went as it should but for `over` and `runs`. */
  const missed = (over: Partial<Outcome> = {}, runs: readonly string[] = SOUND): string[] => {
    writeFileSync(join(dir, 'runs'), runs.map((line) => `${line}\n`).join(''))
    writeFileSync(join(dir, 'acks'), TOKENS.map((token) => `ack ${token}\n`).join(''))
    const ledger = new SoakLedger(join(dir, 'runs'), join(dir, 'acks'))
    ledger.read()
    const found: string[] = []
    judge(
      {
        measure: (name: string, value: number, bounds: Bounds) => {
          if (!isMet(value, bounds)) found.push(name)
        },
      },
      { ...sound, ledger, ...over },
    )
    ledger.close()
    return found
  }

  it('lets a soak pass in which all went well', () => {
    expect(missed()).toEqual([])
  })

  it('demands as many calls as were to be made, and 100,000 of half an hour', () => {
    expect(missed({ tasksPerMinute: 15 })).toEqual(['acked'])
    expect(leastAcked(2, 4000)).toBe(6400)
    expect(leastAcked(30, 4000)).toBe(100_000)
    expect(leastAcked(60, 4000)).toBe(192_000)
    expect(leastAcked(30, 1000)).toBe(24_000)
  })

  it('sees a call that never ended', () => {
    expect(missed({}, SOUND.slice(0, -1))).toEqual(['lost'])
  })

  it('sees a job that ran twice though nothing was killed', () => {
    expect(missed({}, [...SOUND, 'start t4 plain 3 1 9 9000', 'end t4 plain 3 1 9 9001'])).toEqual(['duplicates'])
  })

  it('sees a job that started before its time', () => {
    const early = SOUND.map((line) => line.replace('1 9 5000', '1 9 4900'))
    expect(missed({}, early)).toEqual(['earliest of them, before its time'])
  })

  it('sees a rate that is not kept', () => {
    const starts = Array.from({ length: 25 }, (_, at) => [
      `start r${at}@0 rated r${at} 1 9 ${7000 + at}`,
      `end r${at}@0 rated r${at} 1 9 ${7000 + at}`,
    ])
    expect(missed({}, [...SOUND, ...starts.flat()])).toEqual([
      'most starts in 1 s of a task that may have 20 in a second',
    ])
  })

  it('sees that nothing started for too long after a fault', () => {
    expect(missed({ worstGapMs: 21_000 })).toEqual(['worst gap between two starts'])
    expect(missed({ worstGapMs: 21_000, longestFaultMs: 3000 })).toEqual([])
  })

  it('sees a producer that ended before it was told to', () => {
    expect(missed({ producerGone: true })).toEqual(['ends of the producer that nobody asked for'])
  })

  it('does not take silence for steady memory', () => {
    const memory = { samples: new Map([['worker', []]]), endedAt: END }
    expect(missed({ memory, minutes: 10, tasksPerMinute: 1 })).toEqual([
      'stretches of time in which the memory of the worker was seen',
    ])
  })

  it('sees memory that grows', () => {
    const leaking = flat.map(({ at, bytes }) => ({ at, bytes: bytes * (1 + (0.12 * at) / END) }))
    const memory = { samples: new Map([['worker', leaking]]), endedAt: END }
    expect(missed({ memory, minutes: 10, tasksPerMinute: 1 })).toEqual(['growth of the worker'])
  })
})

describe('the most within a stretch of time', () => {
  it('looks at every stretch, wherever it begins', () => {
    expect(mostWithin([0, 900, 1000, 1100, 1899, 1900], 1000)).toBe(4)
    expect(mostWithin([3, 1, 2], 1000)).toBe(3)
    expect(mostWithin([], 1000)).toBe(0)
  })
})

const TOKENS = ['t1@5000', 't2', 't3@6000', 't4', 't5', 't6', 't7', 't8', 't9', 't10']
const KINDS: Readonly<Record<string, string>> = { 't1@5000': 'plain', t2: 'narrow', 't3@6000': 'rated' }
const SOUND = TOKENS.flatMap((token, at) => {
  const [, due = '7000'] = token.split('@')
  const kind = KINDS[token] ?? 'plain'
  return [`start ${token} ${kind} ${at} 1 9 ${due}`, `end ${token} ${kind} ${at} 1 9 ${Number(due) + 1}`]
})
const sound: Omit<Outcome, 'ledger'> = {
  places: [],
  left: [],
  dead: [],
  fleet: { surprises: [], turnedAway: 0 },
  producer: { exit: { code: 0, signal: null, ms: 1000 }, lines: [] },
  producerGone: false,
  memory: { samples: new Map([['worker', flat]]), endedAt: END },
  worstGapMs: 100,
  longestFaultMs: 100,
  minutes: 1,
  tasksPerMinute: 12,
  tell: () => {},
}
