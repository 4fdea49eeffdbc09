import { setTimeout } from 'node:timers/promises'
import type { Client } from '../../../dist/client/client.js'
import type { AsyncResult } from '../../../dist/task/async-result.js'
import type { Kit } from '../kit/kit.ts'
import { quietWorker } from '../kit/quiet-worker.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

/** Fills what taskq keeps of late (events, statistics) to its bound. */
const WARM_UP = 12_000
const TTL_MS = 1000
const AT_ONCE = 250
const LOOKS = 50
/** What statistics keep of each stretch of time, however many jobs ran in it. */
const KEYS_OF_TIME = 20

export const row: FaultRow = {
  id: 'F41',
  fault: 'results are asked for after their time, and jobs come and go by the ten thousand',
  promise: 'a late get() says within 100 ms that the result is gone, and what has ended takes no memory',
  repetitions: 10_000,
  async run(kit) {
    // Its log of slow commands grows with what else the machine does.
    const redis = await kit.redis({ lines: ['slowlog-max-len 0'] })
    const project = kit.project({ broker: redis.url, results: { ttl: TTL_MS }, worker: { concurrency: 50 } })
    const client = await project.client()
    const sweeper = await quietWorker(project)
    await runJobs(kit, client, redis, WARM_UP)
    const second = await quietWorker(project)
    await swept(redis)
    const before = await memoryOf(redis)
    const keysBefore = await redis.admin.dbsize()
    await runJobs(kit, client, redis, kit.repetitions)
    await measureGets(kit, () => runJobs(kit, client, redis, AT_ONCE), redis)
    const after = await memoryOf(redis)
    kit.measure('memory before', Math.round(before / 1024), { atLeast: 1, unit: 'KiB' })
    kit.measure('growth of memory over all jobs', ((after - before) / before) * 100, { atMost: 5, unit: '%' })
    // Five percent of so small a memory would hide a little of each job; a key of each would show here.
    kit.measure('keys more than before', (await redis.admin.dbsize()) - keysBefore, { atMost: KEYS_OF_TIME })
    await Promise.all([sweeper.stop(), second.stop()])
    kit.tally()
  },
}

/** Runs jobs to their end; returns the last. */
async function runJobs(kit: Kit, client: Client, redis: RedisServer, count: number): Promise<readonly AsyncResult[]> {
  let latest: readonly AsyncResult[] = []
  for (let added = 0; added < count; added += AT_ONCE) {
    latest = await Promise.all(Array.from({ length: AT_ONCE }, () => client.enqueue('answers', [])))
    for (const { id } of latest) kit.ledger.ack(id)
  }
  while ((await redis.admin.llen('{taskq}:default:wait')) + (await redis.admin.llen('{taskq}:default:active')) > 0) {
    await setTimeout(20)
  }
  return latest
}

/** Asks for results whose time is over, before they are removed and after. */
async function measureGets(kit: Kit, run: () => Promise<readonly AsyncResult[]>, redis: RedisServer): Promise<void> {
  let late: readonly AsyncResult[] = []
  let before: Look[] = []
  // Workers may have removed them just then: others will still be there.
  for (let tries = 0; tries < 3 && !before.some(({ code }) => code === 'TASKQ_RESULT_EXPIRED'); tries++) {
    late = await run()
    await setTimeout(TTL_MS + 100)
    before = await lookAt(late.slice(0, LOOKS))
  }
  await swept(redis)
  const after = await lookAt(late.slice(LOOKS, 2 * LOOKS))
  const count = (looks: readonly Look[], ...codes: unknown[]) => looks.filter(({ code }) => codes.includes(code)).length
  const [expired, unknown] = ['TASKQ_RESULT_EXPIRED', 'TASKQ_RESULT_UNKNOWN']
  kit.measure('late results told as expired', count(before, expired), { atLeast: 1 })
  kit.measure('late results told as expired or removed', count(before, expired, unknown), { exactly: LOOKS })
  kit.measure('removed results told as gone', count(after, unknown), { exactly: LOOKS })
  kit.measure('longest late get()', Math.max(...[...before, ...after].map(({ ms }) => ms)), { atMost: 100, unit: 'ms' })
}

interface Look {
  readonly code: unknown
  readonly ms: number
}

/** One after the other: what is measured is how long one caller waits. */
async function lookAt(results: readonly AsyncResult[]): Promise<Look[]> {
  const looks: Look[] = []
  for (const result of results) {
    const askedAt = performance.now()
    const code = await result.get({ timeout: '10s' }).catch((error: { code?: unknown }) => error.code)
    looks.push({ code, ms: performance.now() - askedAt })
  }
  return looks
}

/** Resolves when workers have removed all that has ended. */
async function swept({ admin }: RedisServer): Promise<void> {
  const deadline = performance.now() + 45_000
  for (;;) {
    const pipeline = admin.pipeline().zcard('{taskq}:default:completed')
    const counts = await pipeline.llen('{taskq}:default:wait').llen('{taskq}:default:active').exec()
    if (counts?.every(([, count]) => count === 0)) return
    if (performance.now() > deadline) throw new Error(`not removed: ${JSON.stringify(counts)}`)
    await setTimeout(100)
  }
}

/** Without the buffers of those who are connected: they are as large as what was just sent. */
async function memoryOf({ admin }: RedisServer): Promise<number> {
  const info = await admin.info('memory')
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1])
  return bytes('used_memory') - bytes('mem_clients_normal')
}
