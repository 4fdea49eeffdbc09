import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { runs } from '../../support/temp-project.js'
import { poolApp } from './pool-app.js'
import * as tasks from './project/tasks.js'

const broker = brokerOfFile()

const inTime = { timeout: '20s' } as const

describe.each(['process', 'thread'] as const)('a pool of kind %s', (pool) => {
  test("gives a job with acks: 'early' back that its child never began", async () => {
    const { worker, events } = await poolApp(broker, { pool }).start()
    await tasks.place.applyAsync([], { acks: 'early' })
    await events.waitFor('job.started')
    const stopped = worker.stop()
    void worker.stop()
    await stopped
    expect(events.of('job.given-back')).toHaveLength(1)
    expect(events.of('job.dead-lettered')).toEqual([])
  })

  test('ends idle children when there are fewer slots', async () => {
    const { app, start } = poolApp(broker, { pool, concurrency: 2 })
    await start({ options: { id: 'w' } })
    const both = await Promise.all([tasks.waits.delay(1000), tasks.waits.delay(1000)])
    const pids = (await Promise.all(both.map((result) => result.get(inTime)))) as number[]
    await app.engine.command({ name: 'concurrency', slots: 1 }, ['w'], 10_000)
    if (pool === 'process')
      await vi.waitFor(() => expect(pids.filter((pid) => runs(pid))).toHaveLength(1), { timeout: 5000 })
    expect(await (await tasks.add.delay(1, 1)).get(inTime)).toBe(2)
  })
})

test('a limit of memory that a child is over before its first run is warned of, once', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  await poolApp(broker, { pool: 'process', maxMemoryPerChild: '20mb' }).start()
  const first = (await (await tasks.waits.delay(1)).get(inTime)) as number
  expect(await (await tasks.waits.delay(1)).get(inTime)).not.toBe(first)
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/^a child holds \d+ MB before its first run/), 'TaskqWarning'],
  ])
})

test('a child process that closes its channel to the worker is ended, and its run has failed', async () => {
  await poolApp(broker, { pool: 'process' }).start()
  const gone = await tasks.hangsUp.delay()
  const next = await tasks.add.delay(1, 1)
  expect(await next.get(inTime)).toBe(2)
  expect(await rejection(gone.get(inTime))).toMatchObject({
    code: 'TASKQ_JOB_CRASHED',
    failure: { message: expect.stringContaining('it had closed its channel to the worker') },
  })
})

test('a thread in native code holds its slot for a moment past its hard limit', async () => {
  const { events } = await poolApp(broker, { pool: 'thread' }).start()
  const stuck = await tasks.blocksInNative.applyAsync([], { timeLimit: '300ms' })
  const next = await tasks.add.delay(1, 1)
  expect(await next.get(inTime)).toBe(2)
  expect(await rejection(stuck.get(inTime))).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT' })
  expect(events.of('job.dead-lettered')[0]?.runMs).toBeLessThan(5500)
})
