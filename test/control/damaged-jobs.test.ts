import { describe, expect, test } from 'vitest'
import { dropDead, retryDead } from '../../src/control/dead/dead-letters.js'
import { actOnJobs } from '../../src/control/jobs-actions.js'
import { purgeQueues } from '../../src/control/purge.js'
import { brokerOfFile } from '../support/broker.js'
import { plainViewer } from '../support/plain-viewer.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { JobDesk } from './job-desk.js'

const broker = brokerOfFile()

/** Something else stands where the job was. */
const damage = (app: TestApp, id: string) => app.redis.set(app.keys.job('default', id), 'no hash')

async function threeDead(): Promise<TestApp> {
  const app = testApp(broker)
  const desk = new JobDesk(app)
  for (const id of ['a', 'b', 'c']) await desk.bury(id)
  await damage(app, 'b')
  return app
}

const idsIn = (app: TestApp, set: string) => app.redis.zrange(app.keys.lane('default', set), '0', '-1')

describe('what is no job hinders no other', () => {
  test('when dead letters run again', async () => {
    const app = await threeDead()
    expect(await retryDead(app.engine, {}, plainViewer())).toMatchObject({ searched: 3, done: 2 })
    expect(await idsIn(app, 'failed')).toEqual(['b'])
    expect(await retryDead(app.engine, {}, plainViewer())).toMatchObject({ searched: 1, done: 0 })
  })

  test('when dead letters are dropped, and goes with them', async () => {
    const app = await threeDead()
    expect(await dropDead(app.engine, {}, plainViewer())).toMatchObject({ done: 3 })
    expect(await idsIn(app, 'failed')).toEqual([])
    expect(await app.redis.exists(app.keys.job('default', 'b'))).toBe(0)
  })

  test('when a queue is purged, and goes with the others', async () => {
    const app = testApp(broker)
    const desk = new JobDesk(app)
    for (const id of ['a', 'b', 'c']) await desk.add(id)
    await damage(app, 'b')
    expect(await purgeQueues(app.engine, {})).toMatchObject({ purged: 3 })
    expect(await app.redis.llen(app.keys.lane('default', 'wait'))).toBe(0)
    expect(await app.redis.exists(app.keys.job('default', 'b'))).toBe(0)
  })

  test('when it is revoked by its id', async () => {
    const app = testApp(broker)
    await new JobDesk(app).add('a')
    await damage(app, 'a')
    expect(await app.engine.revokes.end('a', { reason: 'no' })).toBe('unknown')
    expect(await app.engine.revokes.end('a', { reason: 'no' }, 'default')).toBe('unknown')
  })

  test('when it is acted on', async () => {
    const app = await threeDead()
    for (const verb of ['retry', 'revoke', 'promote', 'delete'] as const)
      expect(await actOnJobs(app.engine, verb, ['b'])).toMatchObject({ done: 0, refused: [{ what: 'b' }] })
  })
})
