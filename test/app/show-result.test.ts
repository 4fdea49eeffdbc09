import { expect, test } from 'vitest'
import type { App } from '../../src/app/app.js'
import { showResult } from '../../src/app/show-result.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const appOf = ({ config, engine, client }: TestApp): App =>
  ({ config, engine: async () => engine, client: async () => client }) as unknown as App

const signIn = () =>
  defineTask({ name: 'signIn' }, async (ctx, user: string) => {
    ctx.log.info({ user, pin: 1234 }, 'in')
    await ctx.progress({ token: 't', done: 1 })
    return { user, password: 'p', at: new Date(5) }
  })

test('a result is shown with its secrets masked, its progress and its log, too', async () => {
  const task = signIn()
  const app = testApp(broker, { tasks: [task], config: { redact: ['pin'], codec: { types: true } } })
  await app.worker()
  const { id } = await task.delay('ada')
  const { job, logs } = await showResult(appOf(app), { id, waitMs: 10_000, logs: true })
  expect(job).toMatchObject({
    result: { user: 'ada', password: '***', at: '1970-01-01T00:00:00.005Z' },
    progress: { token: '***', done: 1 },
  })
  expect(logs?.[0]).toContain('{"user":"ada","pin":"***"}')
})

test('a result is shown as it is where that is asked for', async () => {
  const task = signIn()
  const app = testApp(broker, { tasks: [task], config: { codec: { types: true } } })
  await app.worker()
  const { id } = await task.delay('ada')
  const { job } = await showResult(appOf(app), { id, waitMs: 10_000, logs: false, unmasked: true })
  expect(job).toMatchObject({ result: { password: 'p' }, progress: { token: 't' } })
})
