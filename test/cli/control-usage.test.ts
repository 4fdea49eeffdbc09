import { expect, test } from 'vitest'
import { CliProject, UNSAFE } from './cli-project.js'
import { runCommand } from './run-command.js'

/** Nobody listens there: what gets as far as the broker fails otherwise, and with 1. */
const project = (): CliProject => new CliProject('redis://127.0.0.1:1')

test.each([
  ['dashboard', ['--refresh', 'soon'], '--refresh: expected a duration'],
  ['dashboard', ['--refresh', '199ms'], '--refresh: expected a duration of at least 200ms, got "199ms"'],
  ['dashboard', ['--snapshot', '--watch'], '--watch cannot stand beside --snapshot'],
  ['dashboard', ['--snapshot', '--refresh', '1s'], '--snapshot cannot stand beside --refresh'],
  ['dashboard', ['--theme', 'light', '--no-color'], '--no-color cannot stand beside --theme'],
  ['dashboard', ['--json', '--snapshot'], '--json cannot stand beside --snapshot'],
  ['dashboard', ['--theme', 'pink'], '--theme: expected one of default, light, mono, high-contrast, got "pink"\n'],
  [
    'dashboard',
    ['--view', 'queus'],
    /^Error: --view: expected one of queues, .*, got "queus" \(did you mean queues\?\)$/m,
  ],
  ['dashboard', ['--reed-only'], 'Unknown flag: --reed-only (did you mean --read-only?)'],
  ['inspect active', ['--timeout', '1s'], 'Unknown flag: --timeout'],
  ['inspect ping', ['--timeout', 'soon'], '--timeout: expected a duration'],
  ['inspect conf', ['extra'], 'Unexpected argument: extra'],
  ['inspect scheduled', ['--limit', '0'], '--limit: expected an integer greater than or equal to 1, got "0"'],
  ['inspect query', [], 'Missing 1 required arg: ids (ids of jobs or workflows)'],
  ['inspect stats', ['--destinatio', 'a'], '(did you mean --destination?)'],
  ['control concurrency', ['0'], 'N: expected a whole number from 1 to 10000, got "0"'],
  ['control concurrency', ['2', '--queue', 'a:b'], '--queue: expected a queue name'],
  ['control pool-grow', ['-1'], 'N: expected a whole number from 1 to 10000, got "-1"'],
  ['control pool-shrink', ['many'], 'N: expected a whole number from 1 to 10000, got "many"'],
  ['control add-queue', ['a:b'], 'QUEUE: expected a queue name'],
  ['control cancel-queue', [], "Missing 1 required arg: queue (the queue's name)\n"],
  ['control autoscale', ['3'], 'MIN: expected a whole number from 1 to 3, got nothing'],
  ['control autoscale', ['3', '10'], 'MIN: expected at most MAX, which is 3, got "10"'],
  ['control autoscale', ['off', '1'], 'MIN: expected nothing after off, got "1"'],
  ['control rate-limit', ['Add', 'fast'], "RATE: expected a rate such as '10/s', '100/m' or '1000/h', or reset, got "],
  ['control rate-limit', ['Add', '1/s', '-d', 'x'], 'Unknown flag: -d'],
  ['control max-concurrency', ['Add', '0'], 'N: expected a whole number from 1 to 100000, or reset, got "0"'],
  ['control time-limit', ['Add', 'soon'], 'SOFT: expected a duration'],
  ['control time-limit', ['Add', 'none'], 'HARD: expected a duration where SOFT is none, got nothing'],
  ['control time-limit', ['Add', '10s', '5s'], 'HARD: expected more than SOFT, which is 10s, got "5s"'],
  ['control time-limit', ['Add', 'reset', '5s'], 'HARD: expected nothing after reset, got "5s"'],
  ['control shutdown', [], 'control shutdown needs --yes where nobody can be asked'],
  ['control shutdown', ['--yes', '--timeout', 'x'], '--timeout: expected a duration'],
  ['events', ['--name', 'job.suceeded'], '(did you mean job.succeeded?)'],
  ['events', ['--frm', 'now'], 'Unknown flag: --frm'],
  ['events', ['--task'], '--task: expected a value, got nothing'],
  ['inspect active', ['-d', '--json'], '--destination: expected a value, got nothing'],
  ['dashboard', ['--view'], '--view: expected one of queues, '],
  ['dashboard', ['--refresh', '1s', '--refresh', '2s'], '--refresh may stand there once only'],
  ['queue list', ['emails'], 'Unexpected argument: emails'],
  ['queue list', ['--jsn'], 'Unknown flag: --jsn (did you mean --json?)'],
  ['status', ['--hlep'], 'Unknown flag: --hlep (did you mean --help?)'],
  ['queue pause', [], 'Missing 1 required arg'],
  ['queue resume', [], 'Missing 1 required arg'],
  ['shell', ['--evl', '1'], 'Unknown flag: --evl (did you mean --eval?)'],
  [
    'worker',
    ['--autoscale', '3,10'],
    /^Error: --autoscale: expected MAX,MIN: .*, got "3,10" \(did you mean 10,3\?\)$/m,
  ],
  ['worker', ['--autoscale', 'a'], '--autoscale: expected MAX,MIN'],
  ['worker', ['--autoscale', '0,0'], '--autoscale: expected MAX,MIN'],
  ['worker', ['--autoscale', '5'], '--autoscale: expected MAX,MIN'],
  ['worker', ['--autoscale', '5,1', '-c', '3'], '--concurrency cannot stand beside --autoscale'],
  [
    'worker',
    ['--metrics-port', '99999'],
    '--metrics-port: expected an integer less than or equal to 65535, got "99999"',
  ],
  ['worker', ['--metrics-host', '0.0.0.0'], '--metrics-host needs --metrics-port'],
  ['dev', ['--autoscale', '3,10'], '(did you mean 10,3?)'],
] as [string, string[], string | RegExp][])('taskq %s %j is wrong use', async (command, args, expected) => {
  const run = await runCommand(project(), command, args)
  if (args.includes('--json')) {
    expect(run).toMatchObject({ code: 2, stderr: '' })
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'TASKQ_USAGE', message: expected } })
    return
  }
  expect(run).toMatchObject({ code: 2, stdout: '' })
  if (typeof expected === 'string') expect(run.stderr).toContain(expected)
  else expect(run.stderr).toMatch(expected)
  expect(run.stderr).toMatch(/^Error: .*\n(?: {2}.*\n)* {2}TASKQ_[A-Z_]+\n$/)
})

/** Escape sequences, C1 controls, a bidirectional override. */
const HOSTILE = '\u001b]0;owned\u0007\u001b[31m\u009b2J\u202e'

test.each([
  ['dashboard', ['--view', HOSTILE]],
  ['dashboard', ['--refresh', HOSTILE]],
  ['inspect query', [HOSTILE]],
  ['inspect active', ['-d', HOSTILE]],
  ['control concurrency', [HOSTILE]],
  ['control rate-limit', [HOSTILE, HOSTILE]],
  ['control shutdown', ['--yes', '-d', HOSTILE]],
  ['events', ['--name', HOSTILE]],
  ['queue pause', [HOSTILE]],
  ['shell', ['-e', `throw new Error(${JSON.stringify(HOSTILE)})`]],
  ['worker', ['--autoscale', HOSTILE]],
])('what is given to taskq %s cannot speak to the terminal', async (command, args) => {
  const away = project().write('taskq.config.ts', `export default { enqueueTimeout: '300ms' }`)
  const run = await runCommand(away, command, args)
  expect(run.code).not.toBe(0)
  expect(`${run.stdout}${run.stderr}`).not.toMatch(UNSAFE)
})
