import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { CliProject, ROOT, TASKS, UNSAFE } from './cli-project.js'

const broker = brokerOfFile()
const pretty = ['--log-format', 'pretty']

/** Its tasks are Add, boom and hold. */
const project = (schedule = '{}'): CliProject =>
  new CliProject(broker.url).write('src/tasks/a.ts', TASKS).write('taskq.config.ts', configOf(schedule))

const configOf = (schedule: string): string => `export default { schedule: ${schedule} }`

const TICKING = `{ tick: { task: 'Add', args: [1, 2], every: '500ms' } }`

/** Everything that a project has stored, as text. */
async function stored(shop: CliProject): Promise<Record<string, unknown>> {
  const redis = new Redis(broker.url)
  onTestFinished(() => redis.disconnect())
  const keys = (await redis.keys('*')).filter((key) => key.startsWith(`{${shop.env.TASKQ_PREFIX}}`)).sort()
  const contents = keys.map(async (key) => [key, await contentOf(redis, key)])
  return Object.fromEntries(await Promise.all(contents))
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return redis.hgetall(key)
    case 'set':
      return (await redis.smembers(key)).sort()
    case 'zset':
      return redis.call('zrange', key, '0', '-1', 'WITHSCORES')
    case 'string':
      return redis.get(key)
    default:
      return 'another type'
  }
}

/** Runs a command that must be refused, and tells what it said; nothing may have changed in the broker. */
async function refusal(shop: CliProject, code: number, command: readonly string[] = ['beat', ...pretty]) {
  expect(
    (await shop.run(['schedule', 'add', 'kept', '--task', 'Add', '-a', '[1, 2]', '--every', '1h', '--force'])).code,
  ).toBe(0)
  const before = await stored(shop)
  expect(Object.keys(before)).not.toEqual([])
  const run = await shop.run(command)
  expect(await stored(shop)).toEqual(before)
  expect(run).toMatchObject({ code, stdout: '' })
  expect(run.stderr).not.toMatch(UNSAFE)
  return run.stderr
}

describe('taskq beat enqueues nothing, and changes nothing, where', () => {
  const DECLARED = `
import { BaseTask, Cron, defineTask, Every, Task } from 'taskq'
import { z } from 'zod'

@Task()
@Cron('0 3 * *')
@Every('1h', { name: 'twice' })
@Every('2h', { name: 'twice' })
@Every('1h', { name: 'taken' })
@Every('1h', { name: 'lossy', args: [Number.NaN] })
export class Report extends BaseTask {
  async run(_n?: number) {}
}
export const mail = defineTask({ name: 'mail', schema: z.tuple([z.email()]) }, async (_, to: string) => to)
`
  const SCHEDULE = `{
    typo: { task: 'Ad', args: [], every: '1h' },
    big: { task: 'hold', args: [10n], every: '1h' },
    dated: { task: 'hold', args: [new Date(0)], every: '1h' },
    mails: { task: 'mail', args: ['nobody'], every: '1h' },
    taken: { task: 'boom', every: '1h' },
  }`
  const WRONG = [
    'Error: the schedule cannot be used:',
    '  schedule.lossy.args (FILE): args[0] is NaN (JSON makes it null)',
    "  schedule.twice (FILE): expected a name that no other entry has (give one: { name: '…' }), got the name of the entry at FILE",
    "  schedule.taken (FILE): expected a name that no other entry has (give one: { name: '…' }), got the name of the entry in the configuration",
    '  schedule.typo.task: expected a task of this project or of a worker, got "Ad" (did you mean Add?)',
    '  schedule.big.args: args[0] is a BigInt (JSON has none: send a string)',
    '  schedule.dated.args: args[0] is a Date (JSON makes it a string: send date.toISOString())',
    '  schedule.mails.args: args[0]: Invalid email address',
    '  Correct these entries; nothing was changed.',
    '  TASKQ_SCHEDULE_INVALID',
  ]

  test.each([['beat'], ['worker --beat']])('%s: entries of all places are wrong in all ways', async (command) => {
    const shop = project(SCHEDULE).write('src/tasks/declared.ts', DECLARED)
    symlinkSync(join(ROOT, 'node_modules/zod'), join(shop.root, 'node_modules/zod'), 'junction')
    const said = await refusal(shop, 2, [...command.split(' '), ...pretty])
    const file = join(shop.root, 'src/tasks/declared.ts')
    const lines = said
      .replaceAll(file, 'FILE')
      .replaceAll(/FILE:\d+/g, 'FILE')
      .trimEnd()
      .split('\n')
    const [cron, ...rest] = lines.splice(
      lines.findIndex((line) => line.includes('schedule.Report.cron')),
      1,
    )
    expect(cron).toMatch(/^ {2}schedule\.Report\.cron \(FILE\): expected five fields .*, got 4 fields: "0 3 \* \*"$/)
    expect(rest).toEqual([])
    expect(lines.sort()).toEqual(WRONG.toSorted())
  })

  test('five entries of the config are wrong', async () => {
    const shop = project()
    const before = await stored(shop)
    shop.write(
      'taskq.config.ts',
      configOf(`{
        pattern: { task: 'Add', cron: '0 3 31 2 *' },
        zone: { task: 'Add', cron: '@daily', tz: 'Europe/Berlni' },
        empty: { task: 'Add', cron: '' },
        seconds: { task: 'Add', at: 1_800_000_000 },
        grace: { task: 'Add', every: '1h', misfire: { grace: 0 } },
      }`),
    )
    const run = await shop.run(['beat', ...pretty])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    const keys = ['pattern.cron', 'zone.tz', 'empty.cron', 'seconds.at', 'grace.misfire.grace']
    for (const [index, key] of keys.entries()) {
      expect(run.stderr).toContain(`  taskq.config.ts:${index + 2}: schedule.${key}: expected `)
    }
    expect(run.stderr).toContain('has 5 problems')
    expect(run.stderr).toContain('TASKQ_CONFIG_INVALID')
    expect(await stored(shop)).toEqual(before)
  })

  test('a task file cannot be imported: its entries would be taken for removed', async () => {
    const shop = project().write('src/tasks/broken.ts', 'throw new Error("no database")')
    const said = await refusal(shop, 1)
    expect(said).toMatch(
      /^Error: task files cannot be used, so the beat does not start:\n {2}src\/tasks\/broken\.ts:1 /,
    )
    expect(said).toContain('no database')
    expect(said).toContain('TASKQ_DISCOVERY_FAILED')
  })
})

describe('taskq beat', () => {
  test('enqueues, and hands over soon on SIGTERM, to one that stood by', async () => {
    const shop = project(TICKING)
    const beat = shop.start(['beat', ...pretty])
    await beat.printed('[schedule]\n  ENTRY  TASK  WHEN\n  tick   Add   every 500 ms\n')
    await beat.printed('beat leads: 1 schedule entry')
    await beat.printed('tick is due')
    const other = shop.start(['beat', ...pretty])
    await other.printed('beat stands by: ')
    const told = performance.now()
    beat.child.kill('SIGTERM')
    expect(await beat.ended).toEqual({ code: 0, signal: null })
    expect(performance.now() - told).toBeLessThan(2000)
    expect(beat.output()).toMatch(/beat ends, and hands over\n.*beat has ended\n$/)
    await other.printed('beat leads: 1 schedule entry', 3000)
    await other.printed('tick is due')
    const { beat: leader } = await shop.json<{ beat: { pid: number } }>(['schedule', 'list'])
    expect(leader.pid).toBe(other.child.pid)
  })

  test('ends at once on a second signal', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const shop = project(TICKING)
    const beat = shop.start(['beat', ...pretty])
    await beat.printed('tick is due')
    broker.pause()
    onTestFinished(() => broker.resume())
    beat.child.kill('SIGTERM')
    await beat.printed('beat ends, and hands over')
    beat.child.kill('SIGTERM')
    expect(await beat.ended).toEqual({ code: 143, signal: null })
  })
})

test('taskq worker --beat runs the jobs of the schedule', async () => {
  const shop = project(TICKING)
  const worker = shop.start(['worker', '--beat', ...pretty])
  await worker.printed('tick is due')
  await worker.printed('Add succeeded')
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toEqual({ code: 0, signal: null })
  expect((await shop.json<{ beat: unknown }>(['schedule', 'list'])).beat).toBeNull()
})
