import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { waitAfter, watchOverviews } from '../../src/cli/watch-overviews.js'
import { brokerOfFile, startBroker } from '../support/broker.js'
import { CliProject, TASKS, UNSAFE } from './cli-project.js'
import { error, event, SCHEMAS } from './json-schemas.js'
import { runCommand } from './run-command.js'

const broker = brokerOfFile()
const project = (url = broker.url): CliProject =>
  new CliProject(url).write('src/tasks/a.ts', TASKS).write('taskq.config.ts', `export default { enqueueTimeout: '1s' }`)

const linesOf = (output: string): unknown[] =>
  output
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

test.each([
  ['inspect', ['active', 'conf', 'ping', 'query', 'registered', 'reserved', 'revoked', 'scheduled', 'stats']],
  [
    'control',
    [
      ...[
        'add-queue',
        'autoscale',
        'cancel-queue',
        'concurrency',
        'max-concurrency',
        'pool-grow',
        'pool-shrink',
        'rate-limit',
        'shutdown',
      ],
      'time-limit',
    ],
  ],
  ['queue', ['list', 'pause', 'resume']],
])('taskq %s alone shows its commands', async (topic, commands) => {
  const run = await project().run([topic])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  const listed = [...run.stdout.matchAll(new RegExp(`^ {2}${topic} ([\\w-]+) `, 'gm'))].map(([, command]) => command)
  expect(listed).toEqual(commands)
})

test.each(['active', 'registered', 'reserved', 'stats'])(
  'inspect %s where no worker lives says so, and ends with 1',
  async (what) => {
    const run = await runCommand(project(), `inspect ${what}`)
    const stdout = expect.stringMatching(/^No worker has been heard of for \d+ s\. Start one with taskq worker\.\n/)
    expect(run).toEqual({ code: 1, stdout, stderr: '' })
  },
)

test('a worker that does not answer is listed, and not called down', async () => {
  const shop = project()
  const worker = shop.start(['worker', '-n', 'stuck', '--log-format', 'json'])
  await worker.printed('is ready')
  expect(await runCommand(shop, 'inspect ping')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^stuck@\S+ {2}pong\n$/),
  })
  worker.child.kill('SIGSTOP')
  const silent = /^stuck@\S+ {2}no answer \(may be busy; it is not known to be down\)\n$/
  for (const [command, ...args] of [
    ['inspect ping'],
    ['inspect conf'],
    ['control pool-grow'],
    ['control shutdown', '--yes'],
  ]) {
    const run = await runCommand(shop, command ?? '', [...args, '-d', 'stuck', '--timeout', '300ms'])
    expect(run, command).toEqual({ code: 1, stdout: expect.stringMatching(silent), stderr: '' })
  }
  // What workers told is stored: nobody is asked.
  expect(await runCommand(shop, 'inspect active')).toMatchObject({ code: 0, stdout: expect.stringContaining('stuck@') })
  const nobody = await runCommand(shop, 'inspect stats', ['-d', 'stock'])
  expect(nobody).toMatchObject({ code: 1, stdout: '' })
  expect(nobody.stderr).toContain('no live worker is named "stock" (did you mean stuck?)')
})

test('of two workers of one name that is asked for, one is silent: told by its process, and by the exit code', async () => {
  const shop = project()
  const [first, second] = [1, 2].map(() => shop.start(['worker', '-n', 'twin', '--log-format', 'json']))
  await Promise.all([first?.printed('is ready'), second?.printed('is ready')])
  second?.child.kill('SIGSTOP')
  const ping = (...args: string[]) => runCommand(shop, 'inspect ping', ['--timeout', '300ms', ...args])
  const run = await ping('-d', 'twin')
  expect(run).toMatchObject({ code: 1, stderr: '' })
  expect(run.stdout).toMatch(new RegExp(`^twin@\\S+ \\(pid ${first?.child.pid}\\) +pong$`, 'm'))
  expect(run.stdout).toMatch(new RegExp(`^twin@\\S+ \\(pid ${second?.child.pid}\\) +no answer`, 'm'))
  expect(await ping()).toMatchObject({ code: 0 })
})

test('where one of the queues is unknown, none is paused', async () => {
  const shop = project()
  await runCommand(shop, 'call', ['boom'])
  expect(await runCommand(shop, 'queue pause', ['default', 'nobody'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('no queue is named "nobody"'),
  })
  const { stdout } = await runCommand(shop, 'queue list', ['--json'])
  expect(JSON.parse(stdout)).toMatchObject({ queues: [{ queue: 'default', paused: false }] })
})

test('the dashboard without a terminal is one frame', async () => {
  const shop = project()
  for (const args of [[], ['--snapshot', '--ascii']]) {
    const run = await runCommand(shop, 'dashboard', args)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('Queues\n')
    expect(run.stdout).not.toMatch(UNSAFE)
  }
  expect((await shop.run(['top', '--snapshot'])).stdout).toContain('Workers\n')
})

test('a watch tells of a broker that is away, and goes on when it is back', async () => {
  const own = await startBroker()
  const watch = project(own.url).start(['dashboard', '--watch', '--refresh', '200ms'])
  const documents = () => linesOf(watch.output()) as { rates?: { in: number | null }; error?: { code: string } }[]
  const last = () => documents().at(-1)
  const within = { timeout: 20_000, interval: 50 }
  try {
    await vi.waitFor(() => expect(documents().length).toBeGreaterThan(2), within)
    expect(documents()[0]?.rates?.in).toBeNull()
    await vi.waitFor(() => expect(last()?.rates?.in).toBe(0), within)
    await own.stop()
    await vi.waitFor(() => expect(last()?.error?.code).toBe('TASKQ_BROKER_UNREACHABLE'), within)
    await own.restart()
    await vi.waitFor(() => expect(last()?.rates).toBeDefined(), within)
    watch.child.kill('SIGTERM')
    expect(await watch.ended).toEqual({ code: 0, signal: null })
    for (const document of documents()) {
      const schema = document.error === undefined ? SCHEMAS.dashboard : error
      expect(schema?.safeParse(document).error).toBeUndefined()
    }
  } finally {
    await own.stop()
  }
})

test('looks come less often while they fail', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((failures) => waitAfter(failures, 1000))).toEqual([
    ...[1000, 2000, 4000, 8000, 16_000, 30_000, 30_000],
  ])
  expect(waitAfter(3, 60_000)).toBe(60_000)
})

test('a look that fails is told, and a stop ends the waiting for the next', async () => {
  const wish = new AbortController()
  const told: unknown[] = []
  await watchOverviews(
    { overview: () => Promise.reject(new Error('away')), workflows: async () => ({ rows: [], total: 0 }) },
    {
      everyMs: 60_000,
      wish: wish.signal,
      onOverview: () => told.push('an overview'),
      onError: (problem) => {
        told.push((problem as Error).message)
        setImmediate(() => wish.abort())
      },
    },
  )
  expect(told).toEqual(['away'])
})

test('events are lines for people, and a reader who goes ends them with 0', async () => {
  const shop = project()
  const worker = shop.start(['worker', '--log-format', 'json'])
  await worker.printed('is ready')
  const events = shop.start(['events', '--queue', 'default'])
  const lines = shop.start(['events', '--json'])
  const within = { timeout: 15_000, interval: 200 }
  const fail = () => runCommand(shop, 'call', ['boom', '--wait'])
  await vi.waitFor(async () => {
    await fail()
    expect(events.output()).toContain('job.dead-lettered')
    expect(lines.output()).toContain('job.dead-lettered')
  }, within)
  expect(events.output()).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} {2}job\.dead-lettered {2}boom {2}\S+ {2}worker@\S+ {2}ran \S+ {2}Error: bad \\u001b\[31mred\\u0007$/m,
  )
  expect(events.output()).not.toMatch(UNSAFE)
  for (const line of linesOf(lines.output())) expect(event.safeParse(line).error).toBeUndefined()
  const gone = once(lines.child, 'exit')
  lines.child.stdout?.destroy()
  await fail()
  expect(await gone).toEqual([0, null])
  events.child.kill('SIGTERM')
  expect(await events.ended).toEqual({ code: 0, signal: null })
})

test('a worker with --autoscale says so', async () => {
  const worker = project().start(['worker', '--autoscale', '4,2', '--log-format', 'pretty'])
  await worker.printed('concurrency  2 to 4 (autoscale)\n')
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toEqual({ code: 0, signal: null })
})
