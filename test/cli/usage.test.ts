import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CLI, CliProject, TASKS, UNSAFE } from './cli-project.js'

const CANARY = 'c4naryS3cret'
/** Escape sequences, C1 controls, a bidirectional override. */
const HOSTILE = '\u001b]0;owned\u0007\u001b[31m\u009b2J\u202e'

const project = (): CliProject => new CliProject('redis://127.0.0.1:1').write('src/tasks/a.ts', TASKS)

test.each([
  ['lst', 'did you mean taskq list?'],
  ['wroker', 'did you mean taskq worker?'],
  ['frobnicate', 'has no command "frobnicate"\n'],
])('taskq %s is refused: %s', async (command, expected) => {
  const run = await project().run([command])
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain(expected)
})

test.each([
  [['worker', '--queu', 'x'], 'did you mean --queue?'],
  [['call'], 'required arg'],
  [['call', 'Add', '-a', '{}'], '--args: expected a JSON array, got an object'],
  [['call', 'Add', '-a', '[1'], '--args: expected a JSON array, got "[1"'],
  [['call', 'Add', '--wait', '--timeout', 'soon'], '--timeout: expected a duration'],
  [['worker', '--concurrency', '0'], '--concurrency: expected a whole number'],
  [['worker', '--queue', 'a:b'], 'queue: expected a queue name'],
  [['worker', '--log-level', 'loud'], '--log-level: expected'],
])('taskq %j is wrong use', async (args, expected) => {
  const run = await project().run(args)
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain(expected)
  expect(run.stderr).toMatch(/^Error: .*\n(?:.*\n)* {2}TASKQ_[A-Z_]+\n$/)
})

test('errors are JSON with --json, on standard output alone', async () => {
  const run = await project().run(['call', 'Add', '-a', '7', '--json'])
  expect(run).toMatchObject({ code: 2, stderr: '' })
  expect(JSON.parse(run.stdout)).toEqual({
    error: { code: 'TASKQ_USAGE', message: '--args: expected a JSON array, got 7', hint: expect.any(String) },
  })
})

test.each([
  ['a wrong value', `export default { worker: { concurrency: 'many' }, quues: {} }`, 'quues: expected one of'],
  ['a syntax error', 'export default {', 'taskq.config.ts:'],
  ['a throw', `throw new Error('no redis://bob:${CANARY}@db today')`, 'taskq.config.ts:1'],
  ['no end', 'await new Promise(() => setTimeout(() => {}, 60_000))', 'taskq.config.ts'],
])('a configuration with %s ends every command with 2 at once, and starts nothing', async (_, text, expected) => {
  const bare = new CliProject().write('taskq.config.ts', text)
  for (const command of ['worker', 'dev', 'status']) {
    const startedAt = performance.now()
    const run = await bare.run([command])
    // Two seconds are promised; one more is for a machine that does other things too.
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(run, command).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain(expected)
    expect(run.stderr).not.toContain(CANARY)
  }
  expect(existsSync(join(bare.root, '.taskq'))).toBe(false)
})

test('dev refuses production', async () => {
  const run = await new CliProject().run(['dev'], { NODE_ENV: 'production' })
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toContain('TASKQ_DEV_IN_PRODUCTION')
})

test('no password is ever shown', async () => {
  const secret = project().write('taskq.config.ts', `export default { enqueueTimeout: '300ms' }`)
  const env = { REDIS_URL: `redis://bob:${CANARY}@127.0.0.1:1/0` }
  const commands = [
    ['config'],
    ['config', '--json'],
    ['status'],
    ['status', '--json'],
    ['doctor'],
    ['doctor', '--json'],
  ]
  for (const args of [...commands, ['worker'], ['call', 'Add'], ['list'], ['worker', '-c', 'x']]) {
    const run = await secret.run(args, env)
    expect(`${run.stdout}${run.stderr}`, args.join(' ')).not.toContain(CANARY)
  }
  const shown = await secret.run(['config'], env)
  expect(shown.stdout).toContain('redis://bob:***@127.0.0.1:1/0')
  const wrong = await secret.run(['config'], { REDIS_URL: `http://bob:${CANARY}@127.0.0.1` })
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).not.toContain(CANARY)
})

test('config tells where each value comes from', async () => {
  const own = project().write('taskq.config.ts', `export default { defaultQueue: 'main', queues: { a: {} } }`)
  const run = await own.run(['config', '--prefix', 'flagged', '--json'], { TASKQ_CONCURRENCY: '7' })
  const { settings } = JSON.parse(run.stdout) as { settings: { key: string; value: unknown; origin: string }[] }
  expect(settings).toEqual(
    expect.arrayContaining([
      { key: 'prefix', value: 'flagged', origin: 'flag --prefix' },
      { key: 'worker.concurrency', value: 7, origin: 'env TASKQ_CONCURRENCY' },
      { key: 'defaultQueue', value: 'main', origin: 'file' },
      { key: 'results.ttl', value: '24h', origin: 'default' },
    ]),
  )
})

test('what comes from outside cannot speak to the terminal', async () => {
  const hostile = project()
    .write('taskq.config.ts', `export default { enqueueTimeout: '300ms' }`)
    .write('src/tasks/b.ts', `throw new Error(${JSON.stringify(HOSTILE)})`)
  const lines = [
    [HOSTILE],
    ['call', HOSTILE],
    ['call', 'Add', '-a', HOSTILE],
    ['worker', `--${HOSTILE}`],
    ['worker', '-Q', HOSTILE],
    ['result', HOSTILE],
    ['result', HOSTILE, '--json'],
    ['list'],
    ['list', '--json'],
    ['worker'],
    ['check'],
    ['check', '--explain', HOSTILE],
    ['doctor'],
  ]
  for (const args of lines) {
    const run = await hostile.run(args)
    expect(run.code, JSON.stringify(args)).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`, JSON.stringify(args)).not.toMatch(UNSAFE)
  }
})

test('list shows the healthy tasks, and exits with 1 for the broken file', async () => {
  const mixed = project()
    .write('src/tasks/broken.ts', `import { nothing } from './missing.js'\nexport { nothing }\n`)
    .write('src/tasks/chatty.ts', `console.log('hello from a task file')\nsetInterval(() => {}, 1000)\n`)
  const run = await mixed.run(['list'])
  expect(run.code).toBe(1)
  expect(run.stdout).toMatch(/^Add +maths +2 +1000\/s +src\/tasks\/a\.ts:\d+$/m)
  expect(run.stdout).toMatch(/src\/tasks\/broken\.ts\S* TASKQ_DISCOVERY_FAILED\n.*missing/)
  expect(run.stderr).toContain('hello from a task file')
  const { tasks, failures } = await mixed.json<{ tasks: { name: string }[]; failures: { code: string }[] }>(['list'], 1)
  expect(tasks.map(({ name }) => name)).toEqual(['Add', 'boom', 'hold'])
  expect(failures).toMatchObject([{ code: 'TASKQ_DISCOVERY_FAILED' }])
  const worker = await mixed.run(['worker'])
  expect(worker).toMatchObject({ code: 1, stdout: 'hello from a task file\n' })
  expect(worker.stderr).toContain('the worker does not start')
})

test('a project without tasks says so', async () => {
  const run = await new CliProject('redis://127.0.0.1:1').run(['list'])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toContain('No tasks were found in src/tasks/')
})

test('a reader who goes early is no error', async () => {
  const { env, root } = project()
  const child = spawn(process.execPath, [CLI, '--help'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('a broker that is away is told in time', async () => {
  const socket = connect({ port: 1, host: '127.0.0.1' })
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  const away = project().write('taskq.config.ts', `export default { enqueueTimeout: '300ms' }`)
  for (const args of [['status'], ['worker'], ['result', 'x']]) {
    const run = await away.run(args)
    expect(run, args.join(' ')).toMatchObject({ code: 1, stdout: '' })
    expect(run.stderr).toContain('TASKQ_BROKER_UNREACHABLE')
  }
})
