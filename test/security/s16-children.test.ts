import { expect, test } from 'vitest'
import { childEnv } from '../../src/worker/pools/child-env.js'
import { CliProject } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const TASKS = `
import { readdirSync } from 'node:fs'
import { defineTask } from 'taskq'
const look = async () => ({ names: Object.keys(process.env), descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0 })
export const inProcess = defineTask({ name: 'inProcess', pool: 'process' }, look)
export const inThread = defineTask({ name: 'inThread', pool: 'thread' }, look)
export const lies = defineTask({ name: 'lies', pool: 'process', retries: 0 }, async () => {
  for (const message of [null, 7, { kind: 'done' }, { kind: 'nonsense' }, { kind: 'stored', progress: 'x' }]) {
    process.send({ 'taskq.pool': message })
    process.send(message ?? 'text')
  }
  await new Promise((resolve) => setTimeout(resolve, 200))
  return 'true'
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
})

test('names are taken in any case, as Windows has them', () => {
  const env = childEnv(['Database_Url'], { DATABASE_URL: '1', Path: '2', SECRET: '3', databaseUrl: '4' })
  expect(env).toEqual({ DATABASE_URL: '1', Path: '2' })
})
