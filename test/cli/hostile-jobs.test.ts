import { expect, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { CliProject, UNSAFE } from './cli-project.js'
import { runCommand } from './run-command.js'

const broker = brokerOfFile()

const NAMES = ['__proto__', 'constructor', 'toString', '\u001b[2J\u0007\u202ex', 'x'.repeat(10_240), '', 'a~b:c', '{}']
const DATA = ['{broken', 'null', '', '[]', '{"v":1}', '{"v":1,"args":{"length":-1}}', '{"__proto__":{"v":1},"args":[]}']
const FIELDS = { opts: '{broken', timestamp: 'yesterday', atm: '-7', failure: '[1', progress: '\u001b[2J', tries: 'x' }

/** Puts jobs there that no taskq made: waiting, and waiting for their time. Returns their ids. */
async function addHostile(app: TestApp): Promise<string[]> {
  const sane = { lane: 'default', task: 'echo', data: '{"v":1,"args":["x"]}', delayMs: 0 }
  const jobs = [
    ...NAMES.map((task, n) => ({ ...sane, task, id: `name${n}` })),
    ...NAMES.map((task, n) => ({ ...sane, task, id: `later${n}`, delayMs: 3_600_000 })),
    ...DATA.map((data, n) => ({ ...sane, data, id: `data${n}` })),
    ...Object.keys(FIELDS).map((field) => ({ ...sane, id: `field-${field}` })),
  ]
  await Promise.all(jobs.map((job) => app.engine.producer.add(job)))
  for (const [field, text] of Object.entries(FIELDS))
    await app.redis.hset(app.keys.job('default', `field-${field}`), field, text)
  return jobs.map(({ id }) => id)
}

/** What looks at jobs or at what is counted of them, and changes nothing. */
const linesOf = (ids: readonly string[]): (readonly [command: string, args: readonly string[]])[] => [
  ['status', []],
  ['queue list', []],
  ['inspect active', []],
  ['inspect scheduled', []],
  ['inspect stats', []],
  ['inspect query', ids],
  ['dead list', []],
  ['dead retry', ['--all', '--dry-run']],
  ['dashboard', ['--snapshot']],
  ...ids.map((id) => ['result', [id, '--logs']] as const),
  ...ids.map((id) => ['dead show', [id]] as const),
]

async function survives(project: CliProject, ids: readonly string[]): Promise<void> {
  for (const [command, args] of linesOf(ids)) {
    for (const json of [[], ['--json']]) {
      if (command === 'dashboard' && json.length > 0) continue
      const run = await runCommand(project, command, [...args, ...json])
      const said = `${command} ${args.join(' ')} ${json.join()}: ${run.stdout}${run.stderr}`
      expect([0, 1, 2], said).toContain(run.code)
      expect(run.stderr, said).not.toMatch(/TypeError|SyntaxError|RangeError|\n\s+at /)
      expect(run.stdout + run.stderr, said).not.toMatch(UNSAFE)
    }
  }
}

test('no command falls over jobs that no taskq made, and none lets them write to the terminal', {
  timeout: 120_000,
}, async () => {
  const project = new CliProject(broker.url)
  const echo = defineTask({ name: 'echo' }, (_, text: string) => text)
  const app = testApp(broker, { tasks: [echo], config: { prefix: project.env.TASKQ_PREFIX as string } })
  const ids = await addHostile(app)
  await survives(project, ids)
  const { events, worker } = await app.worker()
  expect(await (await app.client.enqueue('echo', ['fine'])).get()).toBe('fine')
  const ends = () => [...events.of('job.dead-lettered'), ...events.of('job.parked'), ...events.of('job.succeeded')]
  await events.until(() => ends().length >= ids.length - NAMES.length + 1, 10_000, 'end of what can run')
  for (const [n, data] of DATA.entries()) expect(await app.engine.jobs.find(`data${n}`)).toMatchObject({ data })
  await survives(project, ids)
  await worker.stop()
  expect((await runCommand(project, 'revoke', ids)).code).toBeLessThan(2)
  expect((await runCommand(project, 'purge', ['--force'])).code).toBe(0)
})
