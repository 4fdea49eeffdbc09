import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { chunks } from '../../src/canvas/map.js'
import { defineTask } from '../../src/task/define-task.js'
import { CliProject, ROOT } from '../cli/cli-project.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { runProgram } from '../support/run-program.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
/** The broker in JavaScript does the same, more slowly. */
const MANY = noRedis === undefined ? 10_000 : 500
const PATIENCE = { timeout: '100s' } as const

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

function tasks() {
  const runs = { next: 0, inOrder: 0 }
  const next = defineTask({ name: 'next' }, (_, n: number) => {
    runs.next++
    return n + 1
  })
  const inOrder = defineTask({ name: 'inOrder' }, (_, values: readonly number[]) => {
    runs.inOrder++
    return values.every((value, at) => value === (values[0] ?? 0) + at) ? values.length : -1
  })
  const same = defineTask({ name: 'same' }, (_, values: readonly number[]) => new Set(values).size)
  return { next, inOrder, same, runs }
}

describe('a chord of very many', { timeout: 120_000 }, () => {
  test('its body gets all results, in order, and runs once, as each member does', async () => {
    const { next, inOrder, runs } = tasks()
    const app = testApp(broker, { tasks: [next, inOrder] })
    await app.worker({ options: { concurrency: 50 } })
    const result = await chord(
      numbers(MANY).map((n) => next.s(n)),
      inOrder.s(),
    ).delay()
    expect(await result.get(PATIENCE)).toBe(MANY)
    expect(await result.counts()).toEqual({ done: MANY + 1, failed: 0, total: MANY + 1 })
    expect(runs).toEqual({ next: MANY, inOrder: 1 })
  })

  test('so it does where a link before it lets them go all at once', async () => {
    const { next, same } = tasks()
    const app = testApp(broker, { tasks: [next, same] })
    const { events } = await app.worker({ options: { concurrency: 50 } })
    const members = group(numbers(MANY / 5).map(() => next.s()))
    expect(await (await chain(next.s(1), members, same.s()).delay()).get(PATIENCE)).toBe(1)
    expect(events.of('job.started')).toHaveLength(MANY / 5 + 2)
  })

  test('its results come in one by one', async () => {
    const { next } = tasks()
    const app = testApp(broker, { tasks: [next] })
    await app.worker({ options: { concurrency: 50 } })
    const count = MANY / 10
    const result = await group(numbers(count).map((n) => next.s(n))).delay()
    const seen = new Map<number, unknown>()
    for await (const member of result.iter(PATIENCE)) {
      if (member.status === 'succeeded') seen.set(member.index, member.value)
    }
    expect([seen.size, [...seen].every(([index, value]) => value === index + 1)]).toEqual([count, true])
  })
})

test('a chain of a thousand links', { timeout: 60_000 }, async () => {
  const { next } = tasks()
  const app = testApp(broker, { tasks: [next] })
  await app.worker({ options: { concurrency: 1 } })
  const links = numbers(MANY / 10 - 1).map(() => next.s())
  expect(await (await chain([next.s(0), ...links]).delay()).get(PATIENCE)).toBe(MANY / 10)
})

describe('what is too large', () => {
  test('is refused before anything is sent, and is told what to do', async () => {
    const { next } = tasks()
    const app = testApp(broker, { tasks: [next] })
    const error = await rejection(group(numbers(100_000).map((n) => next.s(n))).delay())
    expect(error).toMatchObject({ code: 'TASKQ_WORKFLOW_TOO_LARGE', hint: expect.stringContaining('chunks(') })
    expect((await app.engine.workflows.newest(0, 10)).workflows).toEqual([])
    expect((await app.engine.queueOverviews()).queues).toEqual([])
  })

  test('goes in chunks', { timeout: 60_000 }, async () => {
    const { next } = tasks()
    const app = testApp(broker, { tasks: [next] })
    const { events } = await app.worker({ options: { concurrency: 10 } })
    const calls = numbers(10 * MANY)
    const result = await chunks(
      next,
      calls.map((n): [number] => [n]),
      1000,
    ).delay()
    const lists = await result.get(PATIENCE)
    expect(lists.flat()).toEqual(calls.map((n) => n + 1))
    expect(events.of('job.succeeded')).toHaveLength(MANY / 100)
  })
})

describe('memory', { timeout: 120_000 }, () => {
  test('of who starts a large one, and of the worker whose body reads all results, is bounded', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const project = new CliProject(broker.url)
    project.write('tsconfig.json', JSON.stringify({ extends: join(ROOT, 'templates/basic/tsconfig.json') }))
    project.write('src/tasks/load.ts', LOAD).write('src/start.ts', START)
    const worker = project.start(['worker', '--concurrency', '50'], { NODE_OPTIONS: '--max-old-space-size=128' })
    await worker.printed('ready')
    const args = ['--max-old-space-size=96', join(ROOT, 'node_modules/jiti/lib/jiti-cli.mjs'), 'src/start.ts']
    const run = await runProgram(process.execPath, args, { cwd: project.root, env: project.env, timeoutMs: 100_000 })
    expect(run).toMatchObject({ code: 0, stdout: '10000\n', stderr: '' })
  })
})

const LOAD = `
import { defineTask } from 'taskq'
export const load = defineTask({ name: 'load' }, async (_, n: number, text: string) => ({ n, text }))
export const count = defineTask({ name: 'count' }, async (_, all: readonly { n: number; text: string }[]) => all.length)
`
const START = `
import { chord } from 'taskq'
import { count, load } from './tasks/load.js'
const members = Array.from({ length: 10_000 }, (_, n) => load.s(n, String(n).padEnd(1000, '.')))
const result = await chord(members, count.s()).delay()
console.log(await result.get({ timeout: '90s' }))
`
