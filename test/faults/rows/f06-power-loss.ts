import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import { Power } from '../kit/power.ts'
import type { FaultRow } from '../kit/row.ts'
import { type Ack, Writers } from '../kit/writers.ts'

/** What everysec may lose: Redis puts a sync off once while one is under way. */
const EVERYSEC_MS = 2000

export const row: FaultRow = {
  id: 'F06',
  fault: 'power loss: Redis comes back with what the disk had, not what the kernel had',
  promise: 'AOF always loses nothing that was acknowledged; everysec nothing that was acknowledged 2 s before',
  // Of each mode.
  repetitions: 6,
  async run(kit) {
    const [everysec, always] = await Promise.all([loseOften(kit, 'everysec'), loseOften(kit, 'always')])
    await kit.ledger.settled()
    const tally = kit.tally()
    kit.measure('power cuts', everysec.cuts + always.cuts, { exactly: 2 * kit.repetitions })
    kit.measure('acked', tally.acked, { atLeast: 200 })
    kit.measure('lost with always', always.lostAges.length, { exactly: 0 })
    const old = everysec.lostAges.filter((ms) => ms > EVERYSEC_MS)
    kit.measure('lost with everysec, acked more than 2 s before', old.length, { exactly: 0 })
    // Where nothing is cut off, the row would prove nothing.
    kit.measure('bytes that were not on disk, everysec', everysec.lostBytes, { atLeast: 1 })
    kit.measure('lost with everysec, of the last moment', everysec.lostAges.length, { atLeast: 0 })
    kit.measure('the oldest of them, before the cut', Math.max(0, ...everysec.lostAges), {
      atMost: EVERYSEC_MS,
      unit: 'ms',
    })
  },
}

interface Losses {
  cuts: number
  lostBytes: number
  /** How long before the cut each lost job was acknowledged, in milliseconds. */
  readonly lostAges: number[]
}

/** Cuts one server's power again and again; what has survived is run by a worker then. */
async function loseOften(kit: Kit, appendfsync: 'everysec' | 'always'): Promise<Losses> {
  const redis = await kit.redis({ appendfsync })
  const project = kit.project(redis.url)
  const client = await project.client()
  const losses: Losses = { cuts: 0, lostBytes: 0, lostAges: [] }
  while (losses.cuts < kit.repetitions) {
    const power = await Power.watch(kit, redis)
    const writers = new Writers(client, { count: 10, pauseMs: 30 })
    await setTimeout(kit.random.between(1200, 2600))
    const { at, lostBytes } = await power.cut()
    await redis.start()
    await writers.stop()
    const lost = await missing(redis.admin, writers.acks)
    losses.cuts++
    losses.lostBytes += lostBytes
    losses.lostAges.push(...lost.map((ack) => at - ack.at))
    const allowed = new Set(appendfsync === 'always' ? [] : lost.filter((ack) => at - ack.at <= EVERYSEC_MS))
    for (const ack of writers.acks) if (!allowed.has(ack)) kit.ledger.ack(ack.id)
  }
  project.worker()
  return losses
}

/** The jobs that are not there. */
async function missing(admin: { exists(key: string): Promise<number> }, acks: readonly Ack[]): Promise<Ack[]> {
  const found = await Promise.all(acks.map(({ id }) => admin.exists(`{taskq}:default:${id}`)))
  return acks.filter((_, index) => found[index] === 0)
}
