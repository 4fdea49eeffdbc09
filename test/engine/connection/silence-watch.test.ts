import { once } from 'node:events'
import net from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { SILENT } from '../../../src/engine/connection/silence-watch.js'
import { WatchedRedis } from '../../../src/engine/connection/watched-redis.js'
import { freePort } from '../../faults/kit/redis-server.js'

/** What a connection over TLS says of the silence there, and how its tries ended. */
function connectTo(port: number) {
  const silences: number[] = []
  const errors: string[] = []
  const redis = new WatchedRedis(
    { host: '127.0.0.1', port, tls: {}, connectTimeout: 300, retryStrategy: () => 20, replyMapping: 'legacy' },
    'always',
  )
  redis.on(SILENT, (ms: number) => silences.push(ms))
  redis.on('error', ({ message }: Error) => errors.push(message))
  onTestFinished(() => redis.disconnect())
  return { silences, errors }
}

test('a broker that takes connections over TLS and never says a word is silent, over all tries', async () => {
  const server = net.createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { silences } = connectTo((server.address() as net.AddressInfo).port)
  await vi.waitFor(() => expect(silences.length).toBeGreaterThanOrEqual(3), 15_000)
  const [first = 0, second = 0, third = 0] = silences
  expect(first).toBeGreaterThanOrEqual(290)
  expect(second).toBeGreaterThanOrEqual(first + 290)
  expect(third).toBeGreaterThanOrEqual(second + 290)
})

test('a broker that takes no connections is away, not silent', async () => {
  const { silences, errors } = connectTo(await freePort())
  await vi.waitFor(() => expect(errors.length).toBeGreaterThanOrEqual(3), 15_000)
  expect(silences).toEqual([])
})
