import type { FaultRow } from '../kit/row.ts'

const HEAP_MB = 64

export const row: FaultRow = {
  id: 'F26',
  fault: 'a child process that runs out of memory',
  promise: 'its job has failed with that as the reason, its worker lives, and the next job begins within 1 s',
  repetitions: 6,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { concurrency: 1 } })
    const client = await project.client()
    const worker = await project.worker([], { nodeFlags: [`--max-old-space-size=${HEAP_MB}`] }).ready(90_000)
    const enqueue = async (task: string): Promise<string> => {
      const { id } = await client.enqueue(task, [])
      kit.ledger.ack(id)
      return id
    }
    const pairs: { readonly hoarder: string; readonly next: string; readonly task: 'work' | 'in-child' }[] = []
    for (let left = kit.repetitions; left > 0; left--) {
      const task = left % 2 === 0 ? 'work' : 'in-child'
      pairs.push({ hoarder: await enqueue('hoards'), next: await enqueue(task), task })
    }
    for (const { hoarder } of pairs) kit.ledger.bury(hoarder)
    await kit.ledger.settled(120_000)
    const waits = { work: [] as number[], 'in-child': [] as number[] }
    let reasons = 0
    for (const { hoarder, next, task } of pairs) {
      const [failure, finishedOn] = await redis.admin.hmget(`{taskq}:default:${hoarder}`, 'failure', 'finishedOn')
      if (/out of memory/.test(failure ?? '')) reasons++
      const [start] = kit.ledger.starts(next)
      waits[task].push((start?.at ?? Number.POSITIVE_INFINITY) - Number(finishedOn))
    }
    const isAlive = worker.exit === undefined
    const { code } = await worker.stop()
    kit.tally()
    kit.measure('jobs that failed with that reason', reasons, { exactly: pairs.length })
    kit.measure('runs of a job that ran out', kit.ledger.starts().length / pairs.length - 1, { exactly: 1 })
    kit.measure('longest wait of the next job', Math.max(...waits.work), { atMost: 1000, unit: 'ms' })
    // Its child has to be started first.
    kit.measure('longest wait of one in a child', Math.max(...waits['in-child']), { atMost: 5000, unit: 'ms' })
    kit.measure('workers that died', isAlive && code === 0 ? 0 : 1, { exactly: 0 })
  },
}
