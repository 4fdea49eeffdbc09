import { expect, onTestFinished, test, vi } from 'vitest'
import { JobDesk } from '../control/job-desk.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { tempProject } from '../support/temp-project.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** What `taskq` exports, on a broker with two dead letters and one job that waits. */
async function crowded() {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  await desk.bury('one', { task: 'mails.send' })
  await desk.bury('two', { task: 'reports.year' })
  await desk.add('waits', { lane: 'slow' })
  vi.resetModules()
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(tempProject('choices-'))
  const { configure, close, control } = await import('../../src/index.js')
  onTestFinished(async () => {
    await close()
    cwd.mockRestore()
  })
  configure({ broker: broker.url, prefix: app.config.prefix })
  const left = async () => (await control.deadLetters.list()).rows.length
  return { app, control, left, waits: () => app.client.result('waits').state() }
}

const invalid = (message: RegExp) => ({ code: 'TASKQ_CONTROL_INVALID', message: expect.stringMatching(message) })

test.each([
  [{ taks: 'nothing' }, /taks: expected one of ids, all, .*did you mean task/],
  [{ task: 'mails.*', dryRun: true }, /^dryRun: expected one of/],
  [{}, /^nothing says which are meant: expected ids, .*\{ all: true \}/],
  [{ task: undefined }, /^nothing says/],
  [{ ids: undefined }, /^nothing says/],
  [{ all: false }, /^nothing says/],
  [{ all: true, task: 'mails.*' }, /one without the other/],
  [{ ids: ['one'], task: 'reports.*' }, /one without the other/],
  [{ ids: [7] }, /^ids: expected a job's id, or an array of ids, got an array of 1$/],
  [{ error: '' }, /^error: expected a text that is not empty, got ""$/],
  [{ since: '1h' }, /^since: expected a time in milliseconds since 1970, got "1h"$/],
  [{ states: 'failed' }, /^states: expected an array of failed, dead, revoked, expired, got "failed"$/],
  [{ states: [] }, /^states: expected an array of/],
  [null, /^expected an object such as .*, got null$/],
  [['one'], /^expected an object such as .*, got an array of 1$/],
])('dead letters that %o chooses: it is refused, and nothing is done', async (choice, message) => {
  const { control, left } = await crowded()
  expect(await rejection(control.deadLetters.drop(choice as never))).toMatchObject(invalid(message))
  expect(await rejection(control.deadLetters.retry(choice as never))).toMatchObject(invalid(message))
  expect(await left()).toBe(2)
})

test('a misspelt option of the work is refused, and nothing is done', async () => {
  const { control, left } = await crowded()
  const work = { dryrun: true } as never
  expect(await rejection(control.deadLetters.drop({ all: true }, work))).toMatchObject(invalid(/did you mean dryRun/))
  expect(await rejection(control.deadLetters.list({ limit: 0 }))).toMatchObject(invalid(/^limit: expected a whole/))
  expect(await left()).toBe(2)
})

test('dead letters go by their ids, by a filter, or all', async () => {
  const { control, left } = await crowded()
  expect(await control.deadLetters.drop({ task: 'mails.*', queue: undefined as never })).toMatchObject({ done: 1 })
  expect(await control.deadLetters.retry({ ids: 'two' }, { dryRun: true })).toMatchObject({ done: 1 })
  expect(await control.deadLetters.drop({ all: true })).toMatchObject({ done: 1 })
  expect(await left()).toBe(0)
})

test.each([
  [{ queue: 'slow' }, /^queue: expected one of queues, .*did you mean queues/],
  [{ queues: 'slow' }, /^queues: expected an array of queue names, got "slow"$/],
  [{}, /^nothing says which are meant: expected queues, exclude, or \{ all: true \}/],
  [{ exclude: [] }, /^nothing says/],
  [{ scheduled: true }, /^nothing says/],
  [undefined, /^expected an object such as .*, got undefined$/],
  [{ queues: ['slow'], all: true }, /one without the other/],
])('queues that %o chooses: it is refused, and nothing is thrown away', async (choice, message) => {
  const { control, waits } = await crowded()
  expect(await rejection(control.purge(choice as never))).toMatchObject(invalid(message))
  expect(await waits()).toBe('queued')
})

test('queues are purged by their names, all but some, or all', async () => {
  const { control, waits } = await crowded()
  expect(await control.purge({ exclude: ['slow'] })).toMatchObject({ purged: 0 })
  expect(await control.purge({ queues: ['slow'], dryRun: true })).toMatchObject({ purged: 1 })
  expect(await waits()).toBe('queued')
  expect(await control.purge({ all: true })).toMatchObject({ purged: 1 })
})

test.each([
  [{ taks: '*' }, /did you mean task/],
  [{ headers: { tenant: ['acme'] } }, /^headers: expected an object such as/],
  [{ headers: {} }, /^filter: expected a task, a queue or headers/],
  [{ task: undefined }, /^filter: expected a task/],
])('jobs to revoke that %o chooses: it is refused', async (filter, message) => {
  const { control, waits } = await crowded()
  expect(await rejection(control.revokeMatching(filter as never))).toMatchObject(invalid(message))
  expect(await rejection(control.revoke('waits', { terminat: true } as never))).toMatchObject(invalid(/mean terminate/))
  expect(await waits()).toBe('queued')
})

test('a header that is a number or true is found by its value, and by its text', async () => {
  const { control, app } = await crowded()
  const desk = new JobDesk(app)
  const data = (shard: unknown) => JSON.stringify({ v: 1, args: [], headers: { shard } })
  await desk.add('number', { data: data(3) })
  await desk.add('text', { data: data('3') })
  await desk.add('truth', { data: data(true) })
  expect(await control.revokeMatching({ headers: { shard: 3 } })).toMatchObject({ removed: 2 })
  expect(await control.revokeMatching({ headers: { shard: true } })).toMatchObject({ removed: 1 })
})

test.each(['', 'a b', 'vm:6488:78e6', 'x'.repeat(301), 5])('%o is no id, and no revoke is kept of it', async (id) => {
  const { control, waits } = await crowded()
  expect(await rejection(control.revoke(['waits', id as string]))).toMatchObject(invalid(/^ids: expected jobs' ids/))
  expect(await control.inspect.revoked()).toMatchObject({ total: 0 })
  expect(await waits()).toBe('queued')
})
