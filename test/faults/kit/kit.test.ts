import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Kit } from './kit.js'
import { isProof, type Measure, type RowResult } from './row.js'
import { runRow } from './run-row.js'
import { WorkerProcess } from './worker-process.js'

const row = { id: 'F00', fault: 'a fault', promise: 'a promise', repetitions: 1 }

/** A program of a row: what a worker would be. */
function program(kit: Kit, command: string, args: readonly string[]): WorkerProcess {
  const child = spawn(command, args, { env: kit.env, stdio: ['ignore', 'pipe', 'pipe'] })
  const worker = new WorkerProcess(child, () => {})
  kit.own(worker)
  return worker
}

const missed = (measures: readonly Measure[]) => measures.filter(({ met }) => !met).map(({ name }) => name)

describe('the kit', () => {
  test.skipIf(!existsSync('/proc'))(
    'sees a process that outlives its parent and holds its pipes',
    async () => {
      const kit = new Kit(1, 1)
      await program(kit, 'sh', ['-c', 'sleep 60 & exit 0']).exited
      await kit.close()
      expect(missed(kit.measures)).toEqual(['processes left behind'])
    },
    30_000,
  )

  test('sees a rejection that nobody handled', async () => {
    const kit = new Kit(1, 1)
    await program(kit, process.execPath, ['-e', 'void Promise.reject(new Error("nobody handles me"))']).exited
    await kit.close()
    expect(missed(kit.measures)).toEqual(['programs with an unhandled rejection', 'workers that ended badly'])
  }, 30_000)

  test('sees a worker that complains of the broker without end', async () => {
    const kit = new Kit(1, 1)
    await program(kit, 'sh', ['-c', 'for i in 1 2 3 4 5 6 7 8 9 10 11; do echo READONLY; done']).exited
    await kit.close()
    expect(missed(kit.measures)).toEqual(['lines of one trouble in a minute'])
  }, 30_000)

  test('starts nothing when the row is over, and ends what was on its way', async () => {
    let late: WorkerProcess | undefined
    let refusal: unknown
    let isTold: () => void = () => {}
    const told = new Promise<void>((resolve) => {
      isTold = resolve
    })
    const result = await runRow(
      {
        ...row,
        async run(kit) {
          kit.measure('something', 1, { exactly: 1 })
          const branch = async () => {
            await new Promise<void>((resolve) => kit.onClose(async () => resolve()))
            try {
              const child = spawn('sleep', ['60'], { env: kit.env })
              late = new WorkerProcess(child, () => {})
              kit.own(late)
            } catch (error) {
              refusal = error
            }
            isTold()
          }
          await Promise.all([branch(), Promise.reject(new Error('the other branch failed'))])
        },
      },
      1,
      1,
    )
    await told
    expect(result.reason).toMatch('the other branch failed')
    expect(refusal).toEqual(new Error('the row is over'))
    expect((await late?.exited)?.signal).toBe('SIGKILL')
  }, 30_000)

  test('stops a row that does not end', async () => {
    const result = await runRow({ ...row, run: () => new Promise(() => {}) }, 1, 1, 50)
    expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('not done after 0.05 s') })
  })

  test('takes a row over raw BullMQ for a proof only where it breaks what it names, and no more', () => {
    const measure = (name: string, met: boolean): Measure => ({ name, met, value: 1, atMost: 1 })
    const result = (measures: Measure[], reason?: string): RowResult => ({
      ...row,
      outcome: 'failed',
      seconds: 1,
      breaks: ['lost'],
      measures,
      ...(reason !== undefined && { reason }),
    })
    expect(isProof(result([measure('lost', false), measure('runs that began', true)]))).toBe(true)
    expect(isProof(result([measure('lost', true), measure('runs that began', true)]))).toBe(false)
    expect(isProof(result([measure('lost', false), measure('runs that began', false)]))).toBe(false)
    expect(isProof(result([measure('lost', false)], 'an exception'))).toBe(false)
    expect(isProof(result([]))).toBe(false)
  })
})
