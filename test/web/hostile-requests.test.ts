import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { MetricsServer } from '../../src/web/metrics-server.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { scrape, serveMetrics } from './scrape.js'

const broker = brokerOfFile()

/** Sends bytes and returns all that comes back until the server closes the connection. */
async function sendRaw({ url }: MetricsServer, bytes: string | Buffer): Promise<{ reply: string; ms: number }> {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
  // A reset is a way to close a connection, too.
  socket.on('error', () => {})
  const startedAt = performance.now()
  let reply = ''
  socket.on('data', (chunk) => {
    reply += chunk.toString('latin1')
  })
  socket.write(bytes)
  await once(socket, 'close')
  return { reply, ms: performance.now() - startedAt }
}

/** What an answer says before its content. */
async function headOf({ url }: MetricsServer, agent: http.Agent | false) {
  const [response] = (await once(http.get(`${url}/metrics`, { agent }), 'response')) as [http.IncomingMessage]
  await once(response.resume(), 'end')
  return { status: response.statusCode, connection: response.headers.connection }
}

const serve = () => serveMetrics(testApp(broker))

describe('a request', () => {
  test.each<[string, string, string]>([
    ['that is none', '\0\u0001\u0002 garbage\r\n\r\n', 'HTTP/1.1 400 '],
    ['of another protocol', '*1\r\n$4\r\nPING\r\n', 'HTTP/1.1 400 '],
    ['with huge headers', `GET /metrics HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`, 'HTTP/1.1 431 '],
    ['with a huge path', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 'HTTP/1.1 431 '],
    [
      'that would change something',
      'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx',
      'HTTP/1.1 405 ',
    ],
    [
      'with two lengths',
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'HTTP/1.1 400 ',
    ],
    ['for a tunnel', 'CONNECT evil:80 HTTP/1.1\r\nHost: x\r\n\r\n', ''],
    [
      'for another protocol',
      'GET /metrics HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n',
      'HTTP/1.1 200 ',
    ],
  ])('%s is answered and closed, and the next one is served', async (_, bytes, expected) => {
    const server = await serve()
    const { reply, ms } = await sendRaw(server, bytes)
    expect(reply.slice(0, expected.length)).toBe(expected)
    expect(ms).toBeLessThan(8000)
    expect((await scrape(server.url)).value('taskq_broker_up')).toBe(1)
  })

  test('that comes byte by byte is given up after five seconds', { timeout: 20_000 }, async () => {
    const server = await serve()
    const slow = Array.from({ length: 10 }, () => sendRaw(server, 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: '))
    expect((await scrape(server.url)).value('taskq_broker_up')).toBe(1)
    for (const { ms, reply } of await Promise.all(slow)) {
      expect(reply).toMatch(/^HTTP\/1\.1 408 /)
      expect(ms).toBeLessThan(8000)
    }
  })

  test('too many at once are refused, and the rest is served', async () => {
    const server = await serve()
    const port = Number(new URL(server.url).port)
    const sockets = Array.from({ length: 300 }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
    await Promise.all(sockets.slice(262).map((socket) => socket.closed || once(socket, 'close')))
    for (const socket of sockets) socket.destroy()
    await expect.poll(async () => (await scrape(server.url)).value('taskq_broker_up')).toBe(1)
  })

  test('fifty at once are served while fifty keep their connections, and beyond 64 none is kept', async () => {
    const server = await serve()
    const lasting = new http.Agent({ keepAlive: true })
    onTestFinished(() => lasting.destroy())
    const ask = (agent: http.Agent | false) => Promise.all(Array.from({ length: 50 }, () => headOf(server, agent)))
    const kept = await ask(lasting)
    expect(kept.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(kept.map(({ connection }) => connection)).toEqual(Array(50).fill('keep-alive'))
    const fresh = new http.Agent({ keepAlive: true })
    onTestFinished(() => fresh.destroy())
    const others = await ask(fresh)
    expect(others.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(others.map(({ connection }) => connection)).toContain('close')
    for (let round = 0; round < 3; round++) {
      expect((await ask(false)).map(({ status }) => status)).toEqual(Array(50).fill(200))
    }
  })

  test('for nothing that is here says what is', async () => {
    const server = await serve()
    for (const path of ['/', '/metrics/', '/../etc/passwd', '/__proto__', '/health']) {
      const response = await fetch(`${server.url}${path}`)
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.text()).toBe('not here; there are /metrics, /live, /ready, /health/live, /health/ready\n')
    }
  })

  test('with HEAD, or with a query, is answered as GET', async () => {
    const server = await serve()
    const head = await fetch(`${server.url}/metrics?x=1`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(head.headers.get('x-content-type-options')).toBe('nosniff')
    expect(head.headers.get('access-control-allow-origin')).toBeNull()
    const post = await fetch(`${server.url}/health/live`, { method: 'DELETE' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})
