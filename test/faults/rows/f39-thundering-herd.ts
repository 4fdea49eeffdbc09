import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import { quietWorker } from '../kit/quiet-worker.ts'
import type { FaultRow } from '../kit/row.ts'

const JOBS = 10_000
/** `herd` waits for 10 to 30 s: so much is left to chance. All have failed before the first comes back. */
const BACKOFF_S = 20
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
  while ((await redis.admin.zcard('{taskq}:default:completed')) < JOBS) await setTimeout(200)
  await worker.stop()
  kit.tally()
  const perSecond = new Map<number, number>()
  for (const { at: startedAt } of kit.ledger.starts()) {
    const second = Math.floor(startedAt / 1000)
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
  }
  const mean = JOBS / BACKOFF_S
  kit.measure('most starts in a second', Math.max(...perSecond.values()), { atMost: 2 * mean, unit: '/s' })
}

async function reconnectTogether(kit: Kit): Promise<void> {
  const redis = await kit.redis()
  const proxy = await kit.proxy(redis)
  const project = kit.project({ broker: proxy.url })
  const engines = await Promise.all(Array.from({ length: CLIENTS }, () => project.newApp().engine()))
  const pingAll = () => Promise.all(engines.map((engine) => engine.ping()))
  await pingAll()
  const spreadOf = async (outageMs: number): Promise<number> => {
    const before = proxy.connections
    proxy.mode = outageMs > 0 ? 'refuse' : 'pass'
    proxy.cut()
    await setTimeout(outageMs)
    proxy.mode = 'pass'
    proxy.accepted.length = 0
    await kit.ledger.until(() => proxy.accepted.length >= before || undefined, 20_000, 'clients to come back')
    const times = proxy.accepted.toSorted((a, b) => a - b)
    return (times.at(-1) ?? 0) - (times[0] ?? 0)
  }
  kit.measure('time over which clients come back after a cut', await spreadOf(0), { atLeast: 1000, unit: 'ms' })
  kit.measure('time over which they come back after 3 s', await spreadOf(3000), { atLeast: 1000, unit: 'ms' })
}
