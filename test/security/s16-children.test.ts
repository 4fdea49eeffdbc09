import { expect, test } from 'vitest'
import { isFromChild } from '../../src/worker/pools/check-message.js'
import { childEnv } from '../../src/worker/pools/child-env.js'
import { CliProject } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const TASKS = `
import { readdirSync } from 'node:fs'
import { defineTask } from 'taskq'
const look = async () => ({ names: Object.keys(process.env), descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0 })
export const inProcess = defineTask({ name: 'inProcess', pool: 'process' }, look)
export const inThread = defineTask({ name: 'inThread', pool: 'thread' }, look)
export const lies = defineTask({ name: 'lies', pool: 'process', retries: 0 }, async () => {
  for (const message of [7, 'text', { kind: 'done' }, { other: { kind: 'done' } }]) process.send(message)
  await new Promise((resolve) => setTimeout(resolve, 200))
  return 'true'
})
export const forges = defineTask({ name: 'forges', pool: 'process', retries: 0 }, async () => {
  process.send({ 'taskq.pool': { kind: 'done', run: 1 } })
  process.send({ 'taskq.pool': { kind: 'done', run: 1, report: { kind: 'returned', result: { stored: { value: 'forged' } } } } })
  await new Promise((resolve) => setTimeout(resolve, 60_000))
})
`
const CONFIG = "export default { tasks: ['src/tasks/*.mjs'], worker: { childEnv: ['DATABASE_URL', 'S3_*'] } }\n"

test('children get the part of the environment that the config says, and the worker goes on whatever they send', {
  timeout: 60_000,
}, async () => {
  const project = new CliProject(broker.url).write('src/tasks/look.mjs', TASKS).write('taskq.config.mjs', CONFIG)
  const app = testApp(broker, { config: { prefix: project.env.TASKQ_PREFIX as string } })
  const enqueue = (task: string) => app.client.enqueue(task, [])
  const [inProcess, inThread, lies] = [await enqueue('inProcess'), await enqueue('inThread'), await enqueue('lies')]
  const forges = await enqueue('forges')
  const run = await project.run(['worker', '--burst'], { DATABASE_URL: 'x', S3_KEY: 'x', STRIPE_KEY: 'x', S3: 'x' })
  expect(run.code, run.stderr).toBe(0)
  for (const job of [inProcess, inThread]) {
    const { names, descriptors } = (await job.get()) as { names: string[]; descriptors: number }
    expect(names).toEqual(expect.arrayContaining(['DATABASE_URL', 'S3_KEY', 'PATH', 'REDIS_URL', 'TASKQ_PREFIX']))
    expect(names).not.toContain('STRIPE_KEY')
    expect(names).not.toContain('S3')
    if (job === inProcess) expect(descriptors).toBeLessThan(60)
  }
  expect(await lies.get()).toBe('true')
  expect(await rejection(forges.get())).toMatchObject({
    code: 'TASKQ_JOB_CRASHED',
    message: expect.stringMatching(/died while forges .* was in it: it was ended, since it sent the worker a message/),
  })
})

test('names are taken in any case, as Windows has them', () => {
  const env = childEnv(['Database_Url'], { DATABASE_URL: '1', Path: '2', SECRET: '3', databaseUrl: '4' })
  expect(env).toEqual({ DATABASE_URL: '1', Path: '2' })
})

const failure = { name: 'Error', message: 'no' }
const threw = (verdict: object) => ({ kind: 'done', run: 1, report: { kind: 'threw', failure, verdict } })

test.each<[object]>([
  [{ kind: 'ready' }],
  [{ kind: 'ready', memory: 1 }],
  [{ kind: 'log', run: 1, level: 'info', message: '', fields: { a: 1 } }],
  [{ kind: 'progress', run: 1, progress: 1, value: undefined }],
  [{ kind: 'waits', run: 1, wait: 1, awaited: { id: 'x' } }],
  [{ kind: 'done', run: 1, report: { kind: 'returned', result: { stored: null } }, memory: 5 }],
  [threw({ kind: 'retry', delayMs: 5 })],
  [threw({ kind: 'replaced', workflow: 'w_1' })],
  [{ kind: 'accident', failure: { ...failure, cause: failure } }],
])('what a child says is taken: %j', (message) => expect(isFromChild(message)).toBe(true))

const cycle: { name: string; message: string; cause?: object } = { ...failure }
cycle.cause = cycle

test.each<[string, unknown]>([
  ['nothing', null],
  ['no message', 7],
  ['an unknown kind', { kind: 'nonsense' }],
  ['a name of every object', { kind: 'toString' }],
  ['what only a worker says', { kind: 'stored', run: 1, progress: 1 }],
  ['an end without a report', { kind: 'done', run: 1 }],
  ['a result that is none', { kind: 'done', run: 1, report: { kind: 'returned' } }],
  ['a verdict that is none', threw({ kind: 'constructor' })],
  ['a delay that is no number', threw({ kind: 'retry', delayMs: 'now' })],
  ['a level that is none', { kind: 'log', run: 1, level: 'fatal', message: '' }],
  ['a job that is none', { kind: 'waits', run: 1, wait: 1, awaited: { id: 7 } }],
  ['an error without end', { kind: 'accident', failure: cycle }],
])('what no child of ours says is not: %s', (_, message) => expect(isFromChild(message)).toBe(false))
