import { expect, test } from 'vitest'
import type { BrokerLink } from '../../../src/engine/connection/broker-link.js'
import { writeDraft } from '../../../src/engine/workflows/create-workflow.js'
import { brokerOfFile } from '../../support/broker.js'
import { chainOf } from '../../support/ledger.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

test('a draft that is cut off while it is written does not stay', async () => {
  const app = testApp(broker)
  const redis = Object.create(app.redis)
  redis.pexpire = () => Promise.reject(new Error('the connection was closed'))
  const link = { read: (work: (connection: unknown) => unknown) => work(redis) } as unknown as BrokerLink
  const draft = app.keys.workflow('w_a', 'draft:1')
  await writeDraft(link, draft, { name: 'a' }, chainOf('w_a', 3).nodes).catch(() => {})
  expect(await app.redis.exists(draft)).toBe(1)
  expect(await app.redis.pttl(draft)).toBeGreaterThan(0)
})
