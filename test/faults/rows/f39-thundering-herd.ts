import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import { quietWorker } from '../kit/quiet-worker.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

const JOBS = 10_000
/** `herd` waits for up to 30 s, all of which the default leaves to chance. */
const BACKOFF_S = 30
/** BullMQ keeps the time of a delayed job with twelve bits more. */
const SCORE_PER_MS = 4096
const ADDS_AT_ONCE = 250
const CLIENTS = 50

export const row: FaultRow = {
  id: 'F39',
  fault: `${JOBS} jobs fail at once; ${CLIENTS} clients lose their connections at once`,
  promise: 'jobs come back spread over their backoff, and clients over a second or more',
  repetitions: 1,
  async run(kit) {
    await reconnectTogether(kit)
    await failTogether(kit)
  },
}

async function failTogether(kit: Kit): Promise<void> {
  const redis = await kit.redis()
  const project = kit.project({ broker: redis.url })
  const client = await project.client()
  for (let added = 0; added < JOBS; added += ADDS_AT_ONCE) {
    const adds = Array.from({ length: ADDS_AT_ONCE }, () => client.enqueue('herd', []))
    for (const { id } of await Promise.all(adds)) kit.ledger.ack(id)
  }
  const worker = await quietWorker(project, ['--concurrency', '100'])
  const dueAt = new Map<string, number>()
  while ((await redis.admin.zcard('{taskq}:default:completed')) < JOBS) {
    await noteDue(redis, dueAt)
    await setTimeout(500)
  }
  await worker.stop()
  kit.tally()
  const starts = kit.ledger.starts()
  const failedAt = new Map(starts.flatMap(({ id, attempt, at }) => (attempt === 1 ? [[id, at] as const] : [])))
  // What the broker was told, which is the same on a machine of any pace; a wait of no time at all may be missed.
  const waits = [...dueAt].map(([id, at]) => at - (failedAt.get(id) ?? Number.NaN))
  const mean = JOBS / BACKOFF_S
  kit.measure('waits that were seen', waits.length, { atLeast: 0.9 * JOBS })
  kit.measure('most waits that end in the same second', mostIn(waits, 1000), { atMost: 2 * mean })
  // Those that were due earlier stood behind jobs that had not even failed.
  const allFailedAt = Math.max(...failedAt.values())
  const isCounted = (id: string) => (dueAt.get(id) ?? 0) >= allFailedAt
  const retries = starts.flatMap(({ id, attempt, at }) => (attempt > 1 && isCounted(id) ? [at] : []))
  kit.measure('starts that were counted', retries.length, { atLeast: JOBS / 3 })
  kit.measure('most starts in a second', mostIn(retries, 1000), { atMost: 2 * mean, unit: '/s' })
}

/** Notes when jobs that wait are due, as their worker has told the broker. */
async function noteDue({ admin }: RedisServer, dueAt: Map<string, number>): Promise<void> {
  const found = await admin.zrange('{taskq}:default:delayed', '0', '-1', 'WITHSCORES')
  for (let index = 0; index < found.length; index += 2) {
    dueAt.set(found[index] ?? '', Math.floor(Number(found[index + 1]) / SCORE_PER_MS))
  }
}

/** The most moments in one stretch of so many milliseconds. */
function mostIn(moments: readonly number[], ms: number): number {
  const counts = new Map<number, number>()
  for (const at of moments) counts.set(Math.floor(at / ms), (counts.get(Math.floor(at / ms)) ?? 0) + 1)
  return Math.max(...counts.values())
}

async function reconnectTogether(kit: Kit): Promise<void> {
  const redis = await kit.redis()
  const proxy = await kit.proxy(redis)
  const project = kit.project({ broker: proxy.url })
  const engines = await Promise.all(Array.from({ length: CLIENTS }, () => project.newApp().engine()))
  const pingAll = () => Promise.all(engines.map((engine) => engine.ping()))
  await pingAll()
  const measureReturn = async (outageMs: number, when: string): Promise<void> => {
    const before = proxy.connections
    proxy.mode = outageMs > 0 ? 'refuse' : 'pass'
    proxy.cut()
    await setTimeout(outageMs)
    proxy.mode = 'pass'
    proxy.accepted.length = 0
    await kit.ledger.until(() => proxy.accepted.length >= before || undefined, 20_000, 'clients to come back')
    const times = proxy.accepted.toSorted((a, b) => a - b)
    const spreadMs = (times.at(-1) ?? 0) - (times[0] ?? 0)
    kit.measure(`time over which clients come back ${when}`, spreadMs, { atLeast: 1000, unit: 'ms' })
    // One that comes late must not stand for a spread.
    kit.measure(`most of them in a tenth of a second ${when}`, mostIn(times, 100), { atMost: CLIENTS / 2 })
  }
  await measureReturn(0, 'after a cut')
  await measureReturn(3000, 'after 3 s')
}
