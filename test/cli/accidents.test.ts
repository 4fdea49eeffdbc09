import { expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { CliProject } from './cli-project.js'

const broker = brokerOfFile()
const project = (): CliProject => new CliProject(broker.url).write('src/tasks/a.ts', ACCIDENTS)

const ACCIDENTS = `
import { defineTask } from 'taskq'

const never = () => new Promise(() => setInterval(() => {}, 1000))
export const stray = defineTask({ name: 'stray' }, async () => {
  Promise.reject(new Error('left alone'))
  await never()
})
export const quits = defineTask({ name: 'quits' }, async () => process.exit(0))
export const careless = defineTask({ name: 'careless' }, async (ctx) => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  ctx.progress(circle)
  return 'done'
})
`

test.each([
  ['stray', 'left alone'],
  ['quits', 'process.exit was called'],
])('a worker that %s ends says which jobs ran, and ends with 1', async (task, words) => {
  const shop = project()
  const { id } = await shop.json<{ id: string }>(['call', task])
  const run = await shop.run(['worker', '--log-format', 'json'])
  expect(run.code).toBe(1)
  const last = run.stdout.trim().split('\n').at(-1) ?? ''
  expect(JSON.parse(last)).toMatchObject({ level: 'fatal', running: [{ id, task }] })
  expect(last).toContain(words)
})

test('progress that cannot be stored, and that nobody waits for, harms nobody', async () => {
  const shop = project()
  const { id } = await shop.json<{ id: string }>(['call', 'careless'])
  expect((await shop.run(['worker', '--burst'])).code).toBe(0)
  expect(await shop.json(['result', id])).toMatchObject({ state: 'succeeded', result: 'done' })
})

test.each(['src/tasks/b.ts', 'taskq.config.js'])(
  '%s that ends the process is named, and it is no success',
  async (file) => {
    const run = await project().write(file, 'process.exit(0)').run(['list'])
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(`${file} ended the process while it was loaded`)
  },
)
