import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import v8 from 'node:v8'
import { QueueEvents, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type JsServer, startJsServer } from '../../dist/embedded/js-server.js'
import { queueOn, within } from '../support/embedded-jobs.js'
import { tempProject } from '../support/temp-project.js'

type Options = Parameters<typeof startJsServer>[0]

async function started(options: Options): Promise<JsServer> {
  const server = await startJsServer(options)
  onTestFinished(() => server.close())
  return server
}

function clientOf(url: string): Redis {
  const client = new Redis(url)
  client.on('error', () => undefined)
  onTestFinished(() => client.disconnect())
  return client
}

test('runs what BullMQ needs: results, events, retries, delays, priorities', async () => {
  const { url } = await started({ password: 'secret word' })
  const queue = queueOn({ url })
  const events = new QueueEvents('mails', { connection: { url } })
  const seen: number[] = []
  const run = async (job: { data: { n: number }; attemptsMade: number }) => {
    if (job.data.n === 1 && job.attemptsMade === 0) throw new Error('once')
    seen.push(job.data.n)
    return job.data.n * 2
  }
  const jobs = await queue.addBulk([
    { name: 'mail', data: { n: 1 }, opts: { attempts: 2, backoff: 10 } },
    { name: 'mail', data: { n: 2 }, opts: { delay: 50 } },
    { name: 'mail', data: { n: 3 }, opts: { priority: 2 } },
    { name: 'mail', data: { n: 4 }, opts: { priority: 1 } },
  ])
  const worker = new Worker('mails', run, { connection: { url } })
  const results = await Promise.all(jobs.map((job) => job.waitUntilFinished(events, 10_000)))
  expect(results).toEqual([2, 4, 6, 8])
  expect(seen.indexOf(4)).toBeLessThan(seen.indexOf(3))
  await Promise.all([worker.close(), events.close()])
})

test('reads back what was saved, without what has expired since', async () => {
  const snapshot = join(tempProject(), 'data.snapshot')
  const first = await started({ snapshot })
  const client = clientOf(first.url)
  await client.set('text', 'ünïcode')
  await client.set('soon', 'gone', 'PX', 1)
  await client.set('later', 'stays', 'EX', 1_000)
  await client.hset('hash', { a: '1', b: Buffer.from([0, 255]) })
  await client.zadd('sorted', 1.5, 'x', 1e300, 'y')
  await client.rpush('list', 'a', 'b')
  await client.sadd('set', 'm')
  await client.xadd('stream', '1-1', 'field', 'value')
  await first.close()
  const again = clientOf((await started({ snapshot })).url)
  expect(await again.mget('text', 'soon', 'later')).toEqual(['ünïcode', null, 'stays'])
  expect(await again.ttl('later')).toBeGreaterThan(900)
  expect(await again.hgetBuffer('hash', 'b')).toEqual(Buffer.from([0, 255]))
  expect(await again.zrange('sorted', '0', '-1', 'WITHSCORES')).toEqual([
    'x',
    '1.5',
    'y',
    expect.stringMatching(/e\+300$/),
  ])
  expect(await again.lrange('list', 0, -1)).toEqual(['a', 'b'])
  expect(await again.smembers('set')).toEqual(['m'])
  expect(await again.xrange('stream', '-', '+')).toEqual([['1-1', ['field', 'value']]])
})

test('saves by itself while it runs', async () => {
  const snapshot = join(tempProject(), 'data.snapshot')
  const { url } = await started({ snapshot, snapshotEveryMs: 20 })
  await clientOf(url).set('key', 'first value')
  await vi.waitFor(() => expect(readFileSync(snapshot).includes('first value')).toBe(true), within)
})

test('moves a snapshot aside that is whole, but none of ours', async () => {
  const folder = tempProject()
  const snapshot = join(folder, 'data.snapshot')
  const broken = v8.serialize({ format: 1, entries: [{ key: Buffer.from('a'), value: { type: 'string' } }, null] })
  writeFileSync(snapshot, broken)
  const lines: string[] = []
  const { url } = await started({ snapshot, log: (line) => lines.push(line) })
  expect(await clientOf(url).dbsize()).toBe(0)
  expect(lines).toEqual([expect.stringContaining('cannot be read')])
  const [aside] = readdirSync(folder).filter((name) => name.startsWith('data.snapshot.corrupt-'))
  expect(readFileSync(join(folder, aside ?? ''))).toEqual(broken)
})

test('closes with clients connected, and counts them', async () => {
  const server = await startJsServer({})
  const client = clientOf(server.url)
  await client.ping()
  expect(await server.connections()).toBe(1)
  await server.close()
  await vi.waitFor(() => expect(client.status).not.toBe('ready'), within)
})
