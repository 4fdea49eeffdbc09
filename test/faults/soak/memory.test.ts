import { describe, expect, it } from 'vitest'
import { memoryGrowth } from './memory.ts'

const END = 1_800_000

/** A sample every 2 s. */
const series = (bytesAt: (at: number) => number) =>
  Array.from({ length: END / 2000 }, (_, index) => ({ at: index * 2000, bytes: bytesAt(index * 2000) }))

const percentOf = (bytesAt: (at: number) => number) => memoryGrowth(series(bytesAt), END)?.percent

describe('the judgement of memory', () => {
  it('lets a process find its size', () => {
    expect(percentOf((at) => Math.min(at / 2000, 100))).toBe(0)
  })

  it('is not misled by what comes and goes', () => {
    expect(percentOf((at) => 100 + ((at / 2000) % 10))).toBeLessThan(2)
  })

  it('is not misled by a burst at the end', () => {
    expect(percentOf((at) => (at > END * 0.95 ? 150 : 100))).toBe(0)
  })

  for (const leak of [12, 20, 28, 100]) {
    it(`sees a leak of ${leak} % over the whole time`, () => {
      const percent = percentOf((at) => 100 + (at / END) * leak + ((at / 2000) % 7))
      expect(percent).toBeGreaterThan(10)
      expect(percent).toBeLessThanOrEqual(leak)
    })
  }

  it('lets a growth of 8 % over the whole time pass', () => {
    expect(percentOf((at) => 100 + (at / END) * 8 + ((at / 2000) % 7))).toBeLessThan(10)
  })

  it('sees a jump that stays', () => {
    expect(percentOf((at) => (at > END * 0.8 ? 115 : 100))).toBeCloseTo(15)
  })

  it('calls what shrinks no growth', () => {
    expect(percentOf((at) => 100 - (at / END) * 20)).toBeLessThan(0)
  })

  it('says nothing of too few samples', () => {
    expect(memoryGrowth([], END)).toBeUndefined()
    expect(memoryGrowth(series(() => 100).slice(0, 50), 100_000)).toBeUndefined()
  })

  it('says nothing of a process that was gone at half-time', () => {
    const seen = series(() => 100).filter(({ at }) => at < END / 2)
    expect(memoryGrowth(seen, END)).toBeUndefined()
  })

  it('does not count what comes after the load', () => {
    const samples = [...series(() => 100), { at: END + 1000, bytes: 1000 }]
    expect(memoryGrowth(samples, END)?.percent).toBe(0)
  })
})
