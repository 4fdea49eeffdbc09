import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { defineTask } from '../../src/task/define-task.js'
import { RedisServer } from '../faults/kit/redis-server.js'
import { noRedis } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

/** Longer than the locks below live, and than a silence is borne. */
const OUTAGE_MS = 7000
/** Until jobs that look lost after an outage are put back: all have come back, and two looks. */
const JUDGED_MS = 8000

/** A server that is there again after a crash with all that it had. */
async function persistentServer(): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'taskq-outage-'))
  const server = await RedisServer.start(dir, { appendfsync: 'always' })
  onTestFinished(async () => {
    await server.close()
    rmSync(dir, { recursive: true, force: true })
  })
  return server
}

test.each([
  ['killed', (server: RedisServer) => server.kill(), (server: RedisServer) => server.start()],
  ['frozen', (server: RedisServer) => server.freeze(), (server: RedisServer) => server.thaw()],
])(
  'a broker that is %s for longer than locks live costs no job a run or a crash',
  { timeout: 90_000 },
  async (...by) => {
    const [, goAway, comeBack] = by
    if (noRedis !== undefined) return
    const server = await persistentServer()
    const [during, after] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const ended: string[] = []
    const ends = defineTask({ name: 'ends' }, async ({ request }) => {
      await during.promise
      ended.push(request.id)
    })
    const lasts = defineTask({ name: 'lasts' }, () => after.promise)
    const once = defineTask({ name: 'once', acks: 'early' }, () => after.promise)
    const config = { worker: { lock: '3s', stallCheck: '500ms', concurrency: 4 } } as const
    const app = testApp(server, { tasks: [ends, lasts, once], config })
    const workers = [await app.worker(), await app.worker()]
    const told = <N extends 'job.started' | 'job.result-lost' | 'jobs.recovered'>(name: N) =>
      workers.flatMap(({ events }) => events.of(name))
    const results = await Promise.all([ends, lasts, once, ends, lasts, once].map((task) => task.delay()))
    await expect.poll(() => told('job.started').length, { timeout: 10_000 }).toBe(6)
    await goAway(server)
    await sleep(OUTAGE_MS / 2)
    during.resolve()
    await expect.poll(() => ended.length).toBe(2)
    await sleep(OUTAGE_MS / 2)
    await comeBack(server)
    await sleep(JUDGED_MS)
    const charged = await Promise.all(results.map(({ id }) => app.redis.hget(app.keys.job('default', id), 'stc')))
    after.resolve()
    for (const result of results) await result.get({ timeout: '20s' })
    expect(told('job.started')).toHaveLength(6)
    expect(told('jobs.recovered')).toEqual([])
    expect(told('job.result-lost')).toEqual([])
    expect(charged).toEqual(results.map(() => null))
  },
)
