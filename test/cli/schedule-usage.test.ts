import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { keysOf } from '../../src/engine/keys.js'
import { brokerOfFile } from '../support/broker.js'
import { CliProject, TASKS, UNSAFE } from './cli-project.js'

const broker = brokerOfFile()
const project = (): CliProject => new CliProject(broker.url).write('src/tasks/a.ts', TASKS)
const ADD = ['schedule', 'add', 'sums', '--task', 'Add']

test('taskq schedule alone shows its commands', async () => {
  const run = await project().run(['schedule'])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  const listed = [...run.stdout.matchAll(/^ {2}schedule (\w+) /gm)].map(([, command]) => command)
  expect(listed).toEqual(['add', 'backfill', 'list', 'pause', 'preview', 'remove', 'resume', 'run'])
})

test.each([
  [['schedule', 'lst'], 'taskq has no command "schedule lst" (did you mean taskq schedule list?)'],
  [
    ['schedule', 'pasue', 'nightly'],
    'taskq has no command "schedule pasue nightly" (did you mean taskq schedule pause?)',
  ],
  [['schedule', 'frobnicate'], 'taskq has no command "schedule frobnicate"'],
  [['wroker', 'a', 'b'], 'taskq has no command "wroker a b" (did you mean taskq worker?)'],
])('taskq %j is refused', async (args, message) => {
  const run = await project().run(args)
  expect(run).toEqual({ code: 2, stdout: '', stderr: `Error: ${message}\n  See taskq --help.\n  TASKQ_USAGE\n` })
})

const FORCE = '\n  With force (--force) it is added all the same; its jobs wait for a worker that has the task.'
const UNKNOWN = '\n  taskq schedule list shows all entries.'

test.each([
  [ADD, 2, 'sums: expected exactly one of cron, every, solar, at, got none of them', '', 'SCHEDULE_INVALID'],
  [
    [...ADD, '--every', '1h', '--at', '2099-01-01'],
    2,
    'sums: expected exactly one of cron, every, solar, at, got every and at',
    '',
    'SCHEDULE_INVALID',
  ],
  [
    [...ADD, '--solar', 'sunste', '--lat', 'x'],
    2,
    /^sums\.solar\.event: expected one of .*, got "sunste" \(did you mean sunset\?\); sums\.solar\.latitude: expected a number of degrees from -90 to 90, got "x"; sums\.solar\.longitude: expected a number of degrees from -180 to 180, got nothing$/,
    '',
    'SCHEDULE_INVALID',
  ],
  [
    [...ADD, '--every', '1h', '--tz', 'Europe/Berln', '--overlap', 'never', '--misfire', '{"run":"some"}'],
    2,
    /^sums\.tz: .*\(did you mean Europe\/Berlin\?\); sums\.misfire\.run: .*; sums\.overlap: expected one of allow, skip, queue, cancel, got "never"$/,
    '',
    'SCHEDULE_INVALID',
  ],
  [
    ['schedule', 'add', 'sums', '--task', 'Ad', '--every', '1h'],
    2,
    'sums.task: expected a task of this project or of a worker, got "Ad" (did you mean Add?)',
    FORCE,
    'SCHEDULE_INVALID',
  ],
  [
    [...ADD, '--every', '1h', '-a', '{}'],
    2,
    '--args: expected a JSON array, got an object',
    /\n {2}In most shells: .*/,
    'USAGE',
  ],
  [
    [...ADD, '--every', '1h', '--options', '{'],
    2,
    '--options: expected a JSON object, got "{"',
    /\n {2}In most shells: .*/,
    'USAGE',
  ],
  [
    [...ADD, '--every', '1h', '--misfire', '{'],
    2,
    '--misfire: expected a JSON object, got "{"',
    /\n {2}In most shells: .*/,
    'USAGE',
  ],
  [
    [...ADD, '--at', '2020-01-01T00:00Z'],
    2,
    'sums.at: expected an instant with a slot from now on, got 2020-01-01T00:00:00.000Z',
    '',
    'SCHEDULE_INVALID',
  ],
  [['schedule', 'run', 'sums', '--timeout', 'soon'], 2, /^--timeout: expected a duration .*, got "soon"$/, '', 'USAGE'],
  [['schedule', 'run', 'nobody'], 1, 'no schedule entry is named "nobody"', UNKNOWN, 'SCHEDULE_UNKNOWN'],
  [
    ['schedule', 'pause', 'a', 'b'],
    1,
    'no schedule entry is named "a"; no schedule entry is named "b"',
    UNKNOWN,
    'SCHEDULE_UNKNOWN',
  ],
  [['schedule', 'preview', 'nobody', '-n', '0'], 1, 'no schedule entry is named "nobody"', UNKNOWN, 'SCHEDULE_UNKNOWN'],
] as const)('taskq %j', async (args, code, message, hint, error) => {
  const run = await project().run(args)
  expect(run).toMatchObject({ code, stdout: '' })
  const [, said = '', hinted = ''] = /^Error: (.*)((?:\n .*)*)\n {2}TASKQ_\w+\n$/.exec(run.stderr) ?? []
  if (typeof message === 'string') expect(said).toBe(message)
  else expect(said).toMatch(message)
  if (typeof hint === 'string') expect(hinted).toBe(hint)
  else expect(hinted).toMatch(hint)
  expect(run.stderr.endsWith(`\n  TASKQ_${error}\n`)).toBe(true)
})

test('what an entry of this name forbids', async () => {
  const shop = project().write(
    'taskq.config.ts',
    `export default { schedule: { nightly: { task: 'Add', args: [1, 2], cron: '@daily' } } }`,
  )
  expect(await shop.run(['schedule', 'add', 'nightly', '--task', 'Add', '--every', '1h'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'Error: "nightly" is an entry of the code\n  Choose another name, or change the entry in the code.\n  TASKQ_SCHEDULE_EXISTS\n',
  })
  const beat = shop.start(['beat', '--log-format', 'json'])
  await beat.printed('leads')
  expect(await shop.run(['schedule', 'remove', 'nightly'])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'Error: "nightly" is in the code: a beat would bring it back\n  Remove it from the code (taskq.config.ts, or the decorator of its task), or pause it.\n  TASKQ_SCHEDULE_CODE_OWNED\n',
  })
  await shop.json([...ADD, '--every', '1h'])
  expect(await shop.json([...ADD, '--every', '1h'], 1)).toEqual({
    error: {
      code: 'TASKQ_SCHEDULE_EXISTS',
      message: 'there is an entry named "sums"',
      hint: 'Choose another name, or replace it (replace: true, --replace).',
    },
  })
  const many = await shop.run([
    'schedule',
    'backfill',
    'sums',
    '--from',
    '2026-01-01',
    '--to',
    '2026-02-01',
    '--max',
    '9',
  ])
  expect(many).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'Error: "sums" has at least 10 slots in that time, and max is 9\n  Take a shorter time, or raise max.\n  TASKQ_SCHEDULE_INVALID\n',
  })
})

test('a task file that cannot be imported is told, and hides nothing', async () => {
  const shop = project().write('src/tasks/broken.ts', `throw new Error('broken')`)
  const added = await shop.run([...ADD, '--every', '1h'])
  expect(added.code).toBe(0)
  expect(added.stderr).toBe('Warning: 1 task file(s) cannot be imported: see taskq list\n')
  const list = await shop.run(['schedule', 'list'])
  expect(list.code).toBe(0)
  expect(list.stdout).toMatch(/^sums +in /m)
  expect(list.stderr).toBe(
    'Warning: the entries of the code cannot be told: 1 task file(s) cannot be imported: see taskq list\n',
  )
})

/** Escape sequences, C1 controls, a bidirectional override. */
const HOSTILE = '\u001b]0;owned\u0007\u001b[31m\u009b2J\u202e'

test('what comes from outside cannot speak to the terminal', async () => {
  const shop = project()
  await shop.json([...ADD, '--every', '1h'])
  const keys = keysOf(shop.env.TASKQ_PREFIX ?? '')
  const redis = new Redis(broker.url)
  onTestFinished(() => redis.disconnect())
  const store = async (name: string, definition: object, state: object) => {
    await redis.sadd(keys.schedules, name)
    await redis.hset(keys.schedule(name), 'definition', JSON.stringify(definition), 'state', JSON.stringify(state))
  }
  const entry = {
    task: HOSTILE,
    name: HOSTILE,
    args: [],
    options: {},
    schedule: { kind: HOSTILE },
    jitterMs: 0,
    misfire: {},
    overlap: HOSTILE,
  }
  const last = { slotMs: 1, jobId: HOSTILE, lane: HOSTILE, enqueuedAtMs: 1 }
  const state = { cursorMs: 1, runs: HOSTILE, skipped: 0, paused: false, last }
  await store(HOSTILE, { v: 1, entry, owner: 'code' }, state)
  await store('a', { v: 1, entry: { ...entry, schedule: { kind: 'clocked', atMs: 5 } }, owner: 'code' }, state)
  const listed = await shop.run(['schedule', 'list'])
  expect(listed.code).toBe(0)
  expect(listed.stdout).toContain('\\u001b')
  expect(listed.stdout).not.toMatch(UNSAFE)
  const lines = [
    ['schedule', 'list', '--json'],
    ['schedule', 'preview', HOSTILE],
    ['schedule', 'preview', 'a'],
    ['schedule', 'preview', 'sums', '--from', HOSTILE],
    ['schedule', 'run', HOSTILE],
    ['schedule', 'pause', HOSTILE, 'other'],
    ['schedule', 'pause', HOSTILE],
    ['schedule', 'pause', HOSTILE, '--json'],
    ['schedule', 'resume', HOSTILE],
    ['schedule', 'backfill', 'a', '--from', '1970-01-01', '--to', '1970-01-02'],
    ['schedule', 'backfill', HOSTILE, '--from', HOSTILE, '--to', HOSTILE],
    ['schedule', 'add', HOSTILE, '--task', HOSTILE, '--cron', HOSTILE, '--tz', HOSTILE, '--days', HOSTILE],
    ['schedule', 'remove', HOSTILE],
    ['schedule', HOSTILE],
  ]
  for (const args of lines) {
    const run = await shop.run(args)
    expect(`${run.stdout}${run.stderr}`, JSON.stringify(args)).not.toMatch(UNSAFE)
  }
})
