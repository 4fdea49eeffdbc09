import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { brokerOfFile } from '../support/broker.js'
import { CliProject, ROOT, TASKS } from './cli-project.js'
import { error, event, SCHEMAS } from './json-schemas.js'
import { runCommand } from './run-command.js'

const broker = brokerOfFile()

const MORE_TASKS = `
import { chain, defineTask, signature } from 'taskq'
export const flow = defineTask({ name: 'flow' }, async () => {
  const workflow = chain(signature('Add', [1, 2]), signature('boom'), signature('Add', [3]))
  return (await workflow.applyAsync({ name: 'sums', taskId: 'sums' })).id
})
export const flaky = defineTask({ name: 'flaky', retries: 3, backoff: { type: 'fixed', delay: '1h' } }, async () => {
  throw new Error('not yet')
})
`
const CONFIG = `export default {
  enqueueTimeout: '2s',
  schedule: { nightly: { task: 'Add', args: [1, 2], cron: '30 2 * * *', tz: 'Europe/Berlin' } },
}`

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly enableJsonFlag?: boolean }>>
}

/** Every command that has `--json`, by the manifest of what is built. */
const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as Manifest
const withJson = Object.keys(commands).filter((id) => commands[id]?.enableJsonFlag === true)

/** What each is tried with, beside what `events` needs: in this order, on one broker with one worker. */
const LINES: readonly (readonly [command: string, args: readonly string[], code?: number | 'any'])[] = [
  ['init', ['new', '--dry-run']],
  ['list', []],
  ['config', []],
  ['check', []],
  ['check', ['--explain', 'Add', '--priority', '3']],
  // Whether the tests' broker keeps jobs on disk is another matter.
  ['doctor', [], 'any'],
  ['inspect ping', []],
  ['inspect ping', ['-d', 'nobody'], 1],
  ['inspect conf', []],
  ['inspect registered', []],
  ['inspect reserved', []],
  ['inspect stats', []],
  ['call', ['Add', '-a', '[1, 2]', '--wait']],
  ['call', ['Add', '-a', '[1, 2]', '--countdown', '1h']],
  ['call', ['flaky']],
  ['call', ['boom', '--wait'], 1],
  ['call', ['flow', '--wait']],
  ['result', ['w_u_sums', '--wait', '--tree'], 1],
  ['result', ['w_u_sums~0', '--tree']],
  ['result', ['w_u_sums~2', '--logs']],
  ['result', ['w_nobody'], 1],
  ['inspect query', ['w_u_sums', 'w_u_sums~0']],
  ['dead retry', ['--id', 'w_u_sums', '--dry-run']],
  ['revoke', ['w_u_sums', 'w_nobody'], 1],
  ['call', ['hold', '-a', '[60000]']],
  ['dead list', []],
  ['dead show', ['nobody'], 1],
  ['dead retry', ['--all', '--dry-run']],
  ['dead retry', ['--id', 'nobody'], 1],
  ['revoke', ['u_nobody'], 1],
  ['revoke', ['--header', 'tenant=nobody', '--yes']],
  ['revoke', ['--list']],
  ['inspect revoked', []],
  ['dead drop', ['--state', 'revoked', '--yes']],
  ['purge', ['--dry-run']],
  ['purge', ['-Q', 'default', '--force']],
  ['inspect active', []],
  ['inspect scheduled', []],
  ['inspect query', ['nobody'], 1],
  ['result', ['nobody'], 1],
  ['control rate-limit', ['Add', '5/s']],
  ['inspect registered', []],
  ['control rate-limit', ['Add', 'reset']],
  ['control max-concurrency', ['Add', '5']],
  ['control max-concurrency', ['Add', 'default']],
  ['control rate-limit', ['nobody', '5/s'], 1],
  ['control time-limit', ['hold', '10s', '20s']],
  ['control time-limit', ['hold', 'reset']],
  ['control concurrency', ['4']],
  ['control pool-grow', []],
  ['control pool-shrink', []],
  ['control autoscale', ['5', '2']],
  ['control autoscale', ['off']],
  ['control add-queue', ['more']],
  ['control cancel-queue', ['more']],
  ['queue pause', ['maths']],
  ['call', ['Add', '-a', '[1, 2]']],
  ['queue list', []],
  ['queue resume', ['maths']],
  ['queue pause', ['nobody'], 1],
  ['schedule add', ['sums', '--task', 'Add', '-a', '[1, 2]', '--every', '1h']],
  ['schedule run', ['sums', '--wait']],
  ['schedule list', []],
  ['schedule preview', ['nightly']],
  ['schedule pause', ['sums']],
  ['schedule resume', ['sums']],
  ['schedule backfill', ['sums', '--from', '2026-11-01', '--to', '2026-11-01T03:00']],
  ['schedule remove', ['sums']],
  ['status', []],
  ['dashboard', []],
  ['control shutdown', ['--yes']],
]

test('every command with --json has a schema, and is tried', () => {
  expect(withJson.length).toBeGreaterThan(30)
  expect(Object.keys(SCHEMAS).sort()).toEqual(withJson.map((id) => id.replaceAll(':', ' ')).sort())
  const tried = new Set(['events', ...LINES.map(([command]) => command)])
  expect(Object.keys(SCHEMAS).filter((command) => !tried.has(command))).toEqual([])
})

function check(schema: z.ZodType | undefined, value: unknown, line: string): void {
  const { error: problem } = schema?.safeParse(value) ?? { error: new Error('no schema') }
  expect(problem?.message, `${line}\n${JSON.stringify(value, null, 2)}`).toBeUndefined()
}

/** All of the first dead letter of a list. */
async function checkFirst(shop: CliProject, { jobs = [] }: { readonly jobs?: readonly { id: string }[] }) {
  const told = await runCommand(shop, 'dead show', [jobs[0]?.id ?? '', '--json'])
  check(SCHEMAS['dead show'], JSON.parse(told.stdout), 'taskq dead show')
}

test('what commands print as JSON is what their schemas tell', { timeout: 120_000 }, async () => {
  const shop = new CliProject(broker.url)
    .write('src/tasks/a.ts', TASKS)
    .write('src/tasks/more.ts', MORE_TASKS)
    .write('taskq.config.ts', CONFIG)
  const worker = shop.start(['worker', '-n', 'one', '-c', '3', '--shutdown-timeout', '500ms', '--log-format', 'json'])
  await worker.printed('is ready')
  for (const [command, args, code = 0] of LINES) {
    const run = await runCommand(shop, command, [...args, '--json'])
    const line = `taskq ${command} ${args.join(' ')}`
    expect({ code: run.code, stderr: run.stderr }, `${line}\n${run.stdout}`).toEqual({
      code: code === 'any' ? expect.any(Number) : code,
      stderr: '',
    })
    const printed = JSON.parse(run.stdout) as { error?: unknown; id?: string; jobs?: { id: string }[] }
    // What failed that a command shows has an error, too, beside what else is known of it.
    check(Object.keys(printed).join() === 'error' ? error : SCHEMAS[command], printed, line)
    if (command === 'dead list') await checkFirst(shop, printed)
    if (command !== 'call' || printed.id === undefined) continue
    for (const about of ['result', 'inspect query']) {
      const told = await runCommand(shop, about, [printed.id, '--json'])
      check(SCHEMAS[about], JSON.parse(told.stdout), `taskq ${about} after ${line}`)
    }
  }
  expect(await worker.ended).toEqual({ code: 0, signal: null })
})

test('events are a line of JSON each, and end with 0', async () => {
  const shop = new CliProject(broker.url).write('src/tasks/a.ts', TASKS)
  const worker = shop.start(['worker', '--log-format', 'json'])
  await worker.printed('is ready')
  const events = shop.start(['events', '--json', '--task', 'A*,boom'])
  const watched = expect.poll(
    async () => {
      await runCommand(shop, 'call', ['Add', '-a', '[1, 2]', '--wait'])
      return events.output()
    },
    { timeout: 15_000 },
  )
  await watched.toContain('job.succeeded')
  await runCommand(shop, 'call', ['boom', '--wait'])
  await events.printed('job.dead-lettered')
  events.child.kill('SIGINT')
  expect(await events.ended).toEqual({ code: 0, signal: null })
  const lines = events.output().trimEnd().split('\n')
  for (const line of lines) check(event, JSON.parse(line), line)
})

test('what cannot be done for want of a broker is an error as JSON', async () => {
  const shop = new CliProject('redis://127.0.0.1:1').write(
    'taskq.config.ts',
    `export default { enqueueTimeout: '300ms' }`,
  )
  const asking = ['dashboard', 'events', 'inspect active', 'inspect ping', 'inspect scheduled', 'queue list', 'status']
  for (const command of asking) {
    const run = await runCommand(shop, command, ['--json'])
    expect(run, command).toMatchObject({ code: 1, stderr: '' })
    check(error, JSON.parse(run.stdout), command)
    expect(run.stdout).toContain('TASKQ_BROKER_UNREACHABLE')
  }
})
