import type { FaultRow } from '../kit/row.ts'

const LIMIT_MS = 2000

export const row: FaultRow = {
  id: 'F27',
  fault: 'an endless loop in a task with a time limit of 2 s',
  promise: 'its child is killed within 1 s of the limit, and its slot takes the next job',
  repetitions: 6,
  async run(kit) {
    const redis = await kit.redis()
    // In a single slot: the next job begins where the loop has ended.
    const project = kit.project({ broker: redis.url, worker: { concurrency: 1 } })
    const client = await project.client()
    const worker = await project.worker().ready(90_000)
    const enqueue = async (task: string): Promise<string> => {
      const { id } = await client.enqueue(task, [])
      kit.ledger.ack(id)
      return id
    }
    const pairs: { readonly loop: string; readonly next: string }[] = []
    for (let left = kit.repetitions; left > 0; left--) {
      pairs.push({ loop: await enqueue('loops'), next: await enqueue('work') })
    }
    for (const { loop } of pairs) kit.ledger.bury(loop)
    await kit.ledger.settled(120_000)
    const overs: number[] = []
    const waits: number[] = []
    let limited = 0
    for (const { loop, next } of pairs) {
      const [failure, finishedOn] = await redis.admin.hmget(`{taskq}:default:${loop}`, 'failure', 'finishedOn')
      if (/TASKQ_JOB_TIME_LIMIT/.test(failure ?? '')) limited++
      overs.push(Number(finishedOn) - (kit.ledger.starts(loop)[0]?.at ?? 0) - LIMIT_MS)
      waits.push((kit.ledger.starts(next)[0]?.at ?? Number.POSITIVE_INFINITY) - Number(finishedOn))
    }
    const children = pairs.flatMap(({ loop }) => kit.ledger.starts(loop).map(({ pid }) => pid))
    kit.measure('children that went on', children.filter(runs).length, { exactly: 0 })
    const { code } = await worker.stop()
    kit.tally()
    kit.measure('jobs that failed by their limit', limited, { exactly: pairs.length })
    kit.measure('killed after the limit', Math.max(...overs), { atMost: 1000, unit: 'ms' })
    kit.measure('longest wait of the next job in the slot', Math.max(...waits), { atMost: 1000, unit: 'ms' })
    kit.measure('workers that did not end well', code === 0 ? 0 : 1, { exactly: 0 })
  },
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
