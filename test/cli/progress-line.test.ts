import { afterEach, describe, expect, test, vi } from 'vitest'
import { withProgress } from '../../src/cli/progress-line.js'
import { purgeQueues } from '../../src/control/purge.js'
import { JobDesk } from '../control/job-desk.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const CLEAR = '\r\u001b[K'

/** A terminal, or a pipe, that keeps what is written to it. */
function screenOf(isTTY: boolean, columns = 20) {
  const written: string[] = []
  const write = (text: unknown) => {
    written.push(String(text))
    return true
  }
  return { isTTY, columns, write, written }
}

afterEach(() => void vi.restoreAllMocks())

/** Work that tells of a step at each of these times. */
async function at(times: readonly number[], screen: ReturnType<typeof screenOf>, words = (ms: number) => `${ms} done`) {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
  return withProgress(async (show) => {
    for (const ms of times) {
      clock.mockReturnValue(ms)
      show(() => words(ms))
    }
    return 'result'
  }, screen)
}

describe('a line of progress', () => {
  test('is written over as the work goes on, not too often, and is gone at its end', async () => {
    const screen = screenOf(true)
    expect(await at([100, 600, 650, 720], screen)).toBe('result')
    expect(screen.written).toEqual([`${CLEAR}600 done`, `${CLEAR}720 done`, CLEAR])
  })

  test('is not there for work that is done soon, and not where nobody looks', async () => {
    const [terminal, pipe] = [screenOf(true), screenOf(false)]
    await at([10, 20, 400], terminal)
    await at([10, 600, 900], pipe)
    expect([...terminal.written, ...pipe.written]).toEqual([])
  })

  test('never wraps', async () => {
    const screen = screenOf(true, 10)
    await at([600], screen, () => 'x'.repeat(50))
    expect(screen.written[0]).toBe(`${CLEAR}${'x'.repeat(9)}`)
    const unsized = screenOf(true, 0)
    await at([600], unsized)
    expect(unsized.written[0]).toBe(`${CLEAR}600 done`)
  })

  test('is gone when the work fails', async () => {
    const screen = screenOf(true)
    const words = () => {
      throw new Error('no')
    }
    await expect(at([600], screen, words)).rejects.toThrow('no')
    expect(screen.written).toEqual([CLEAR])
  })
})

test('a purge tells how many are gone, after each step', async () => {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  for (let n = 0; n < 250; n++) await desk.add(`a${n}`)
  await desk.add('b', { lane: 'other' })
  const heard: number[] = []
  expect(await purgeQueues(app.engine, {}, (purged) => heard.push(purged))).toMatchObject({ purged: 251 })
  expect(heard.at(-1)).toBe(251)
  expect(heard.length).toBeGreaterThan(2)
  expect(heard).toEqual(heard.toSorted((a, b) => a - b))
})
