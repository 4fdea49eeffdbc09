import { expect, onTestFinished, test, vi } from 'vitest'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { tempProject } from '../support/temp-project.js'

const broker = brokerOfFile()

/** What `taskq` exports, configured, with one task. */
async function taskq(prefix: string, over: TaskqConfig = {}) {
  vi.resetModules()
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(tempProject('schedules-'))
  defineTask({ name: 'SendDigest' }, (_, user: number) => user)
  const index = await import('../../src/index.js')
  onTestFinished(async () => {
    await index.close()
    forgetTasks('SendDigest')
    cwd.mockRestore()
  })
  const config = { 'in-code': { task: 'SendDigest', args: [1], cron: '@daily' } }
  index.configure({ broker: broker.url, prefix, timezone: 'Europe/Berlin', schedule: config, ...over })
  return index
}

test('an entry from its first day to its last', async () => {
  const { schedules, getResult } = await taskq('schedules-life')
  const options = { task: 'SendDigest', args: [42], cron: '0 8 * * *' } as const
  expect(await schedules.add('digest', options)).toMatchObject({
    name: 'digest',
    when: 'at 08:00 every day, Europe/Berlin',
    next: expect.any(Date),
    replaced: false,
  })
  expect(await rejection(schedules.add('digest', options))).toMatchObject({ code: 'TASKQ_SCHEDULE_EXISTS' })
  expect(await schedules.add('digest', options, { replace: true })).toMatchObject({ replaced: true })
  expect(await schedules.pause('digest')).toEqual([{ name: 'digest', changed: true }])
  expect(await schedules.resume(['digest'])).toEqual([{ name: 'digest', changed: true }])
  const result = await schedules.run<number>('digest')
  expect(await result.state()).toBe('queued')
  const filled = await schedules.backfill('digest', { from: '2026-11-01T08:00', to: '2026-11-01T08:01' })
  expect(filled.slots).toMatchObject([{ jobId: 'digest@20261101T070000Z', enqueued: true }])
  expect(await (await getResult('digest@20261101T070000Z')).state()).toBe('queued')
  expect((await schedules.preview('digest', { count: 2 })).slots).toHaveLength(2)
  const { schedules: entries, beat } = await schedules.list()
  expect(entries.map(({ name, owner, drift }) => ({ name, owner, drift }))).toEqual([
    { name: 'digest', owner: 'runtime', drift: undefined },
    { name: 'in-code', owner: 'code', drift: 'not applied yet' },
  ])
  expect(entries[0]?.last).toMatchObject({ jobId: result.id, state: 'queued' })
  expect(beat).toBeUndefined()
  await schedules.remove('digest')
  expect(await rejection(schedules.remove('digest'))).toMatchObject({ code: 'TASKQ_SCHEDULE_UNKNOWN' })
})

test('tells the nearest name; and of an entry that only the code has, what to do', async () => {
  const { schedules } = await taskq('schedules-names')
  await schedules.add('digest', { task: 'SendDigest', args: [1], every: '1h' })
  expect(await rejection(schedules.run('digset'))).toMatchObject({
    code: 'TASKQ_SCHEDULE_UNKNOWN',
    message: 'no schedule entry is named "digset" (did you mean digest?)',
  })
  expect(await rejection(schedules.run('in-code'))).toMatchObject({
    message: 'no schedule entry is named "in-code"',
    hint: 'In the code, but not stored yet: in-code. A beat stores it: start taskq beat.',
  })
})

test('a broker that is away is told in time', async () => {
  const { schedules } = await taskq('schedules-away', { broker: 'redis://127.0.0.1:1', enqueueTimeout: '300ms' })
  const calls = [
    schedules.list({ drift: false }),
    schedules.pause('digest'),
    schedules.add('digest', { task: 'SendDigest', args: [1], every: '1h' }),
  ]
  for (const call of calls) expect(await rejection(call)).toMatchObject({ code: 'TASKQ_BROKER_UNREACHABLE' })
})
