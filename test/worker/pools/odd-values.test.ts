import { describe, expect, test } from 'vitest'
import { brokerOfFile } from '../../support/broker.js'
import { poolApp } from './pool-app.js'
import * as tasks from './project/tasks.js'

const broker = brokerOfFile()

describe.each(['process', 'thread'] as const)('a pool of kind %s', (pool) => {
  test('takes a result that cannot be sent as it is', async () => {
    const { events } = await poolApp(broker, { pool }).start()
    expect(await (await tasks.returnsProxy.delay()).get({ timeout: '20s' })).toEqual({ user: { name: 'a' } })
    expect(events.of('job.retried')).toEqual([])
  })

  test.each([
    ['a tag beside a __proto__ that no process of taskq wrote', '[{"__proto__":1,"a":{"$date":"nope"}}]'],
    ['what stands for a date elsewhere', '[{"__proto__":1,"a":{"$date":"2020-01-01T00:00:00.000Z"}}]'],
  ])('leaves %s as it is', async (_, args) => {
    const { app, start } = poolApp(broker, { pool })
    const job = await tasks.showsArgs.delay()
    await app.redis.hset(app.keys.job('default', job.id), 'data', `{"v":1,"args":${args}}`)
    await start()
    expect(await job.get({ timeout: '20s' })).toBe(args)
  })
})
