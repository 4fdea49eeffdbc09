import { expect, onTestFinished, test, vi } from 'vitest'
import { resolveBroker } from '../../../src/config/resolve-broker.js'
import type { RedisBroker } from '../../../src/config/resolved-config.js'
import { BrokerLink } from '../../../src/engine/connection/broker-link.js'
import { noRedis, startBroker } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'

test('whoever asks while the broker is away is told why, however many ask and whenever', async () => {
  const link = new BrokerLink(resolveBroker('redis://127.0.0.1:1') as RedisBroker, 300)
  const ask = () => rejection(link.read((redis) => redis.ping()))
  const first = Array.from({ length: 5 }, ask)
  const errors = [...(await Promise.all(first)), await ask()]
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'TASKQ_BROKER_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') })
  }
  await link.close()
})

test('ends while the broker says nothing', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const broker = await startBroker()
  onTestFinished(() => broker.stop())
  const link = new BrokerLink(resolveBroker(broker.url) as RedisBroker, 5000)
  await link.read((redis) => redis.ping())
  broker.pause()
  await link.close()
  await vi.waitFor(() => expect(link.connection.status).toBe('end'))
})
