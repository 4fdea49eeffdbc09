import { describe, expect, test } from 'vitest'
import { withContext } from '../../../src/context/with-context.js'
import { brokerOfFile } from '../../support/broker.js'
import { poolApp } from './pool-app.js'
import { looksAround } from './project/tasks.js'

const broker = brokerOfFile()
const inTime = { timeout: '30s' } as const

describe.each(['process', 'thread'] as const)('in a child of a %s pool', (pool) => {
  test('a run has its job and its context, the middleware of the config, and its children are noted', async () => {
    const { app, start } = poolApp(broker, { pool })
    await start()
    const result = await withContext({ tenant: 'a' }, () => looksAround.delay())
    const seen = (await result.get(inTime)) as { pid: number; signedIn?: number }
    expect(seen).toEqual({ pid: seen.pid, context: { tenant: 'a' }, job: result.id, signedIn: seen.pid })
    if (pool === 'process') expect(seen.pid).not.toBe(process.pid)
    const [child, ...more] = await result.children()
    expect([child?.task, more]).toEqual(['addElsewhere', []])
    expect((await app.client.result(child?.id ?? '').parent())?.id).toBe(result.id)
  })
})
