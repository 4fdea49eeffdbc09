import { expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { CliProject, TASKS, UNSAFE } from './cli-project.js'

const broker = brokerOfFile()

const CONFIG = `export default {
  timezone: 'Europe/Berlin',
  schedule: {
    nightly: { task: 'Add', args: [1, 2], cron: '30 2 * * *' },
    hourly: { task: 'hold', args: [0], every: '1h', jitter: '5m' },
  },
}`

/** Its tasks are Add, boom and hold. */
const project = (): CliProject =>
  new CliProject(broker.url).write('src/tasks/a.ts', TASKS).write('taskq.config.ts', CONFIG)

const NO_BEAT = '! No beat runs, so that none of this is enqueued: start taskq beat.\n'
const NEXT = String.raw`Next: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, in \S.*`

test('an entry from its first day to its last', async () => {
  const shop = project()
  const added = await shop.run(['schedule', 'add', 'sums', '--task', 'Add', '-a', '[1, 2]', '--cron', '0 8 * * mon'])
  expect(added).toMatchObject({ code: 0, stderr: '' })
  expect(added.stdout).toMatch(new RegExp(`^Added sums: at 08:00 on Monday, Europe/Berlin · Add\n${NEXT}\n$`))
  const replaced = await shop.json([
    'schedule',
    'add',
    'sums',
    '--task',
    'Add',
    '-a',
    '[3]',
    '--every',
    '2h',
    '--replace',
  ])
  const next = expect.stringMatching(/^\d{4}-.*Z$/)
  expect(replaced).toEqual({ name: 'sums', task: 'Add', when: 'every 2 h', next, replaced: true, now: next })

  expect(await shop.run(['schedule', 'pause', 'sums'])).toMatchObject({
    code: 0,
    stdout: 'sums is paused.\n',
    stderr: '',
  })
  expect((await shop.run(['schedule', 'pause', 'sums'])).stdout).toBe('sums was paused already.\n')
  const { id } = await shop.json<{ id: string }>(['schedule', 'run', 'sums'])
  const request = ['--from', '2026-11-01', '--to', '2026-11-01T03:00']
  const dry = await shop.run(['schedule', 'backfill', 'sums', ...request, '--dry-run'])
  expect(dry).toEqual({
    code: 0,
    stderr: '',
    stdout: [
      'slot (UTC)           job',
      '2026-11-01 00:00:00  sums@20261101T000000Z  dry run',
      '',
      'Would enqueue 1 of 1 slot.\n',
    ].join('\n'),
  })
  const filled = await shop.json(['schedule', 'backfill', 'sums', ...request])
  const slot = { slot: '2026-11-01T00:00:00.000Z', jobId: 'sums@20261101T000000Z' }
  expect(filled).toEqual({ name: 'sums', slots: [{ ...slot, enqueued: true }], dryRun: false })
  const again = await shop.run(['schedule', 'backfill', 'sums', ...request])
  expect(again.stdout).toContain(
    '2026-11-01 00:00:00  sums@20261101T000000Z  its job is there: queued\n\nEnqueued 0 of 1 slot; 1 had their job.\n',
  )
  const none = await shop.run([
    'schedule',
    'backfill',
    'sums',
    '--from',
    '2026-11-01T01:30',
    '--to',
    '2026-11-01T02:00',
  ])
  expect(none.stdout).toBe('sums has no slot in that time.\n')

  const listed = await shop.json<{ schedules: object[]; beat: object | null; now: string }>(['schedule', 'list'])
  expect(listed).toMatchObject({ beat: null, now: next })
  expect(listed.schedules).toEqual([
    expect.objectContaining({ name: 'hourly', owner: 'code', drift: 'not applied yet' }),
    expect.objectContaining({ name: 'nightly', owner: 'code', drift: 'not applied yet', next }),
    {
      name: 'sums',
      owner: 'runtime',
      task: 'Add',
      when: 'every 2 h',
      paused: true,
      last: { slot: next, jobId: id, state: 'queued' },
      runs: 0,
      skipped: 0,
    },
  ])
  expect((await shop.run(['schedule', 'resume', 'sums', 'sums'])).stdout).toBe('sums goes on.\n')
  expect(await shop.json(['schedule', 'resume', 'sums'])).toEqual({ schedules: [{ name: 'sums', changed: false }] })
  expect((await shop.run(['schedule', 'remove', 'sums'])).stdout).toBe('Removed sums. Its jobs stay.\n')
  expect(await shop.json(['result', id])).toMatchObject({ state: 'queued' })
})

test('list shows entries, what differs from the code, and the beat', async () => {
  const shop = project()
  const empty = new CliProject(broker.url)
  expect(await empty.run(['schedule', 'list'])).toEqual({
    code: 0,
    stderr: '',
    stdout: 'No schedule entries: write schedule in taskq.config.ts, or add one with taskq schedule add.\n',
  })
  const before = await shop.run(['schedule', 'list'])
  expect(before).toMatchObject({ code: 0, stderr: '' })
  expect(before.stdout.replace(/in \d+ (?:d|h|min|s)(?: \d+ (?:d|h|min|s))?/g, 'IN').replace(/IN +/g, 'IN  ')).toBe(
    [
      before.stdout.split('\n')[0],
      'hourly   IN  -        0        0  code',
      '  every 1 h · hold',
      '  ! not applied yet: a beat stores it when it begins to lead',
      'nightly  IN  -        0        0  code',
      '  at 02:30 every day, Europe/Berlin · Add',
      '  ! not applied yet: a beat stores it when it begins to lead',
      '',
      NO_BEAT,
    ].join('\n'),
  )
  expect(before.stdout).toMatch(/^entry +next +last +jobs +skipped +owner\n/)
  expect((await shop.run(['status'])).stdout).not.toContain('No beat')

  const beat = shop.start(['beat', '--log-format', 'json'])
  await beat.printed('leads')
  const during = await shop.run(['schedule', 'list'])
  expect(during.stdout).not.toContain('!')
  for (const line of `${before.stdout}${during.stdout}`.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  const leads = String.raw`\S+ \(process ${beat.child.pid}\) leads(?:, for \d+ s)?`
  expect(during.stdout).toMatch(new RegExp(`\n\nbeat  ${leads}\n$`))
  const status = await shop.run(['status'])
  expect(status.stdout).toMatch(new RegExp(`\nbeat    ${leads}\n\n`))
  expect(await shop.json(['status'])).toMatchObject({
    beat: { host: expect.any(String), pid: beat.child.pid, version: expect.any(String), since: expect.any(String) },
    schedules: 2,
  })

  beat.child.kill('SIGTERM')
  await beat.ended
  shop.write('taskq.config.ts', CONFIG.replace('30 2', '45 2').replace('hourly:', 'daily:'))
  const after = await shop.json<{ schedules: { name: string; drift?: string }[] }>(['schedule', 'list'])
  expect(after.schedules.map(({ name, drift }) => [name, drift])).toEqual([
    ['daily', 'not applied yet'],
    ['hourly', 'no longer in code'],
    ['nightly', 'changed in code'],
  ])
  expect((await shop.run(['status'])).stdout).toContain(
    '\n! No beat runs, so that nothing of the 2 schedule entries is enqueued: start taskq beat.\n\n',
  )
})

test('preview shows the change of the clock', async () => {
  const run = await project().run(['schedule', 'preview', 'nightly', '-n', '3', '--from', '2027-03-27'])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout.replace(/in \d+ d.*/g, 'IN')).toBe(
    [
      'nightly: at 02:30 every day, Europe/Berlin · Add',
      '',
      'Europe/Berlin               UTC',
      '2027-03-27 02:30:00 +01:00  2027-03-27 01:30:00  IN',
      '2027-03-28 03:00:00 +02:00  2027-03-28 01:00:00  IN',
      '  ^ clock goes forward: 02:30 does not exist',
      '2027-03-29 02:30:00 +02:00  2027-03-29 00:30:00  IN',
      '',
      '! It is in the code, and not stored yet: a beat stores it when it begins to lead.',
      '',
    ].join('\n'),
  )
})

test('preview tells what else there is to know', async () => {
  const shop = project()
  const flags = ['--tz', 'UTC', '--limit', '2', '--jitter', '90s', '--start-at', '2099-01-01', '--end-at', '2099-02-01']
  await shop.json(['schedule', 'add', 'rare', '--task', 'boom', '--cron', '0 0 1 1 *', ...flags])
  await shop.json(['schedule', 'pause', 'rare'])
  const run = await shop.run(['schedule', 'preview', 'rare', '-n', '2'])
  expect(run.stdout.replace(/in \d+ d.*/g, 'IN')).toBe(
    [
      'rare: at 00:00 on day 1 of January, UTC · boom',
      '',
      'UTC',
      '2099-01-01 00:00:00  IN',
      '',
      'These are all.',
      'Its limit allows 2 more jobs.',
      'Each job is enqueued up to 90s later (jitter).',
      '! It is paused: slots pass without a job. taskq schedule resume lets it go on.',
      '',
    ].join('\n'),
  )
  const shown = await shop.json(['schedule', 'preview', 'rare'])
  expect(shown).toEqual({
    name: 'rare',
    task: 'boom',
    when: 'at 00:00 on day 1 of January, UTC',
    tz: 'UTC',
    paused: true,
    inCodeOnly: false,
    jitterMs: 90_000,
    left: 2,
    slots: [{ slot: '2099-01-01T00:00:00.000Z', local: '2099-01-01 00:00:00 +00:00' }],
    now: expect.any(String),
  })
})

test('run waits for the result', async () => {
  const shop = project()
  shop.start(['worker'])
  await shop.json(['schedule', 'add', 'sums', '--task', 'Add', '-a', '[1, 2]', '--every', '1h'])
  await shop.json(['schedule', 'add', 'fails', '--task', 'boom', '--every', '1h'])
  expect(await shop.run(['schedule', 'run', 'sums', '--wait'])).toEqual({ code: 0, stdout: '3\n', stderr: '' })
  const waited = await shop.json(['schedule', 'run', 'sums', '-w', '--timeout', '20s'])
  expect(waited).toEqual({ id: expect.any(String), state: 'succeeded', result: 3 })
  const failed = await shop.run(['schedule', 'run', 'fails', '--wait'])
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toContain('TASKQ_JOB_FAILED')
  expect(`${failed.stderr}`).not.toMatch(UNSAFE)
})
