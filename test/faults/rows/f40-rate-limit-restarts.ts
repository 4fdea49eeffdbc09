import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'
import type { WorkerProcess } from '../kit/worker-process.ts'

const JOBS = 120
const PER_SECOND = 10
/** Five restarts in 3.5 s. */
const RESTART_EVERY_MS = 700

export const row: FaultRow = {
  id: 'F40',
  fault: `workers are stopped and killed under a limit of ${PER_SECOND}/s, five in 3.5 s`,
  promise: `no more than ${PER_SECOND} start in any second, over all workers, and the limit is used`,
  repetitions: 5,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url })
    const client = await project.client()
    const taken = await watchStarts(kit, redis)
    const crew: WorkerProcess[] = await Promise.all(Array.from({ length: 3 }, () => project.worker().ready()))
    for (let job = 0; job < JOBS; job++) kit.ledger.ack((await client.enqueue('limited', [])).id)
    const leaving: Promise<unknown>[] = []
    for (let restart = 0; restart < kit.repetitions; restart++) {
      await setTimeout(RESTART_EVERY_MS)
      const old = crew.shift()
      if (old !== undefined) leaving.push(restart % 2 === 0 ? old.kill() : old.stop())
      crew.push(project.worker())
    }
    await kit.ledger.settled(40_000)
    await Promise.all(leaving)
    await Promise.all(crew.map((worker) => worker.stop()))
    kit.tally({ duplicates: kit.repetitions })
    kit.measure('starts that the server saw', taken.length, { atLeast: JOBS })
    kit.measure('most starts in any second', mostInASecond(taken), { atMost: PER_SECOND })
    const starts = kit.ledger.starts().map(({ at }) => at)
    const seconds = (Math.max(...starts) - Math.min(...starts)) / 1000
    kit.measure('starts per second, all in all', starts.length / seconds, { atLeast: PER_SECOND / 5, unit: '/s' })
  },
}

/** The moments at which jobs were handed out, by the server's own clock: what a worker notes is late, by its way there. */
async function watchStarts(kit: Kit, { admin }: RedisServer): Promise<readonly number[]> {
  const moments: number[] = []
  const monitor = await admin.monitor()
  monitor.on('error', () => {})
  kit.onClose(async () => monitor.disconnect())
  monitor.on('monitor', (time: string, args: readonly string[]) => {
    const [, key = ''] = args
    if (key.startsWith('{taskq}:default~limited:') && args.includes('processedOn')) moments.push(Number(time) * 1000)
  })
  return moments
}

/** How many of these moments lie in the fullest stretch of a second, wherever it begins. */
function mostInASecond(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b)
  return Math.max(0, ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + 1000).length))
}
