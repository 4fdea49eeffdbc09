import { describe, expect, it } from 'vitest'
import { memoryGrowth } from './memory.ts'

const END = 600_000

/** A sample every 2 s. */
const series = (bytesAt: (at: number) => number) =>
  Array.from({ length: END / 2000 }, (_, index) => ({ at: index * 2000, bytes: bytesAt(index * 2000) }))

describe('the judgement of memory', () => {
  it('lets a process find its size', () => {
    expect(
      memoryGrowth(
        series((at) => Math.min(at / 2000, 100)),
        END,
      )?.percent,
    ).toBe(0)
  })

  it('is not misled by what comes and goes', () => {
    expect(
      memoryGrowth(
        series((at) => 100 + ((at / 2000) % 10)),
        END,
      )?.percent,
    ).toBeLessThan(2)
  })

  it('sees a leak', () => {
    expect(
      memoryGrowth(
        series((at) => 100 + (at / END) * 40),
        END,
      )?.percent,
    ).toBeGreaterThan(10)
  })

  it('says nothing of too few samples', () => {
    expect(memoryGrowth(series(() => 100).slice(0, 50), 100_000)).toBeUndefined()
  })

  it('does not count what comes after the load', () => {
    const samples = [...series(() => 100), { at: END + 1000, bytes: 1000 }]
    expect(memoryGrowth(samples, END)?.percent).toBe(0)
  })
})
