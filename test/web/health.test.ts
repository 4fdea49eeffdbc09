import { describe, expect, onTestFinished, test } from 'vitest'
import { startHealthServer } from '../../src/web/health-server.js'
import type { WorkerView } from '../../src/web/worker-view.js'
import { brokerOfFile } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { observedWorker, serveMetrics } from './scrape.js'

const broker = brokerOfFile()

const ask = async (url: string) => {
  const response = await fetch(url)
  expect(response.headers.get('content-type')).toBe('application/json')
  return [response.status, await response.json()]
}

/** A health server of a worker that stands as `view` says; closed when the test ends. */
async function serve(view: () => WorkerView, place: { port?: number; host?: string } = {}) {
  const server = await startHealthServer({ port: 0, view, ...place })
  onTestFinished(() => server.close())
  return server
}

describe('health alone', () => {
  const view: { now: WorkerView } = { now: { state: 'working', busy: 0, slots: 1 } }

  test('tells whether the worker takes jobs, and why not', async () => {
    const { url } = await serve(() => view.now)
    expect(await ask(`${url}/ready`)).toEqual([200, { status: 'ok' }])
    view.now = { state: 'working', busy: 0, slots: 1, trouble: 'queue mails hangs' }
    expect(await ask(`${url}/ready`)).toEqual([503, { status: 'not ready', reason: 'queue mails hangs' }])
    expect(await ask(`${url}/live`)).toEqual([200, { status: 'ok' }])
    view.now = { state: 'stopping', busy: 0, slots: 1, trouble: 'queue mails hangs' }
    expect(await ask(`${url}/health/ready`)).toEqual([503, { status: 'not ready', reason: 'the worker shuts down' }])
    view.now = { state: 'stopped', busy: 0, slots: 1 }
    expect(await ask(`${url}/live`)).toEqual([503, { status: 'stopped', reason: 'the worker has stopped' }])
  })

  test('has no metrics', async () => {
    const { url } = await serve(() => view.now)
    const response = await fetch(`${url}/metrics`)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('not here; there are /live, /ready, /health/live, /health/ready\n')
  })

  test('says which flags to change where it cannot be served', async () => {
    const { url } = await serve(() => view.now)
    const taken = serve(() => view.now, { port: Number(new URL(url).port) })
    expect(await rejection(taken)).toMatchObject({
      code: 'TASKQ_METRICS_LISTEN',
      message: expect.stringContaining('health cannot be served on 127.0.0.1 port'),
      hint: expect.stringContaining('--health-port'),
    })
  })
})

describe('the health of a worker', () => {
  test('is told under the same paths with its metrics', async () => {
    const { url } = await serveMetrics(testApp(broker))
    for (const path of ['/live', '/ready', '/health/live', '/health/ready'])
      expect(await ask(`${url}${path}`)).toEqual([200, { status: 'ok' }])
  })

  test('is red while the broker is away, though it lives, and green soon after', async () => {
    const proxy = await proxyTo(broker)
    const { worker, server } = await observedWorker(testApp(proxy), [])
    await worker.start()
    expect(await ask(`${server.url}/ready`)).toEqual([200, { status: 'ok' }])
    proxy.mode = 'refuse'
    proxy.cut()
    const ready = () => ask(`${server.url}/ready`)
    const away = [503, { status: 'not ready', reason: 'the broker does not answer' }]
    await expect.poll(ready, { timeout: 10_000 }).toEqual(away)
    expect(await ask(`${server.url}/live`)).toEqual([200, { status: 'ok' }])
    proxy.mode = 'pass'
    await expect.poll(ready, { timeout: 15_000 }).toEqual([200, { status: 'ok' }])
  })
})
