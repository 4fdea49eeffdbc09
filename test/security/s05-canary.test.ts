import { expect, test } from 'vitest'
import { CliProject } from '../cli/cli-project.js'
import { runCommand } from '../cli/run-command.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const CANARY = 'c4nary-S3CRET'
const broker = brokerOfFile({ password: CANARY })

const TASKS = `
import { defineTask } from 'taskq'
export const pay = defineTask({ name: 'pay', retries: 0 }, (ctx, order) => {
  ctx.log.info({ order, headers: { Authorization: order.password } }, 'paying')
  if (order.fails) throw { password: order.password, message: 'no money' }
  return { token: order.password, ok: true }
})
`
const KEY = Buffer.from(CANARY.padEnd(32, '-')).toString('base64')
const CONFIG = `export default {
  tasks: ['src/tasks/*.mjs'],
  log: { level: 'debug' },
  alerts: { webhook: { url: 'https://alerts.example/hooks/${CANARY}', headers: { authorization: '${CANARY}' } } },
  codec: { sign: { keys: [{ id: 'k', key: '${KEY}' }] } },
}
`
const SECRETS = [CANARY, encodeURIComponent(CANARY), KEY, Buffer.from(CANARY).toString('base64')]

test('a secret in arguments, results, the broker, the environment or the config is in no output', {
  timeout: 90_000,
}, async () => {
  const project = new CliProject(broker.url).write('src/tasks/pay.mjs', TASKS).write('taskq.config.mjs', CONFIG)
  const env = { API_TOKEN: CANARY, DEBUG: '1' }
  const config = { prefix: project.env.TASKQ_PREFIX as string, codec: { sign: { keys: [{ id: 'k', key: KEY }] } } }
  const app = testApp(broker, { config })
  const order = { id: 7, password: CANARY, card: { cvv: CANARY } }
  const jobs = await Promise.all([false, true].map((fails) => app.client.enqueue('pay', [{ ...order, fails }])))
  const said = [await project.run(['worker', '--burst'], env)]
  expect(said[0]?.stdout + String(said[0]?.stderr)).toContain('paying')
  for (const line of linesOf(jobs.map(({ id }) => id))) {
    for (const json of [[], ['--json']]) {
      const [name = '', ...args] = line
      if (name === 'dashboard' && json.length > 0) continue
      said.push(await runCommand({ root: project.root, env: { ...project.env, ...env } }, name, [...args, ...json]))
    }
  }
  const texts = said.map(({ stdout, stderr }) => stdout + stderr)
  expect(texts.filter((text) => /unknown flag|Nonexistent/i.test(text))).toEqual([])
  for (const text of texts) for (const secret of SECRETS) expect(text).not.toContain(secret)
})

const linesOf = (ids: readonly string[]): string[][] => [
  ...[['config'], ['doctor'], ['check'], ['status'], ['list'], ['queue list'], ['inspect stats'], ['dead list']],
  ...[['dashboard', '--snapshot'], ['inspect query', ...ids], ['inspect active']],
  ...ids.map((id) => ['dead show', id]),
]

test('an error about the broker tells its user and address, not its password', async () => {
  const away = `redis://someone:${CANARY}@127.0.0.1:1`
  const app = testApp({ url: away }, { config: { broker: away, enqueueTimeout: '300ms' } })
  const error = await rejection(app.client.enqueue('pay', []))
  const whole = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack)
  expect(whole).toContain('127.0.0.1:1')
  expect(whole).not.toContain(CANARY)
})
