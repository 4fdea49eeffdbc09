import { describe, expect, test } from 'vitest'
import { withContext } from '../../../src/context/with-context.js'
import { brokerOfFile } from '../../support/broker.js'
import { poolApp } from './pool-app.js'
import { looksAround, returns } from './project/tasks.js'

const broker = brokerOfFile()
const inTime = { timeout: '30s' } as const

test('a run in a child gets and returns values of the types that JSON lacks', async () => {
  const { start } = poolApp(broker, { pool: 'process' })
  await start()
  const sent = [new Date(5), 5n, new Map([['a', new Set([1])]]), Buffer.from('a'), new URL('https://a.example/')]
  const { value, classes } = await (await returns.delay(sent)).get(inTime)
  expect(value).toStrictEqual(sent)
  expect(classes).toEqual(['Date', 'BigInt', 'Map', 'Buffer', 'URL'])
})

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
