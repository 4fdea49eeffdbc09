import { setTimeout } from 'node:timers/promises'
import type { Client } from '../../../dist/client/client.js'
import type { FaultRow } from '../kit/row.ts'

/** Jobs that run when the memory is full, and end while it is. */
const RUNNING = 4
const TASK_MS = 500

export const row: FaultRow = {
  id: 'F16',
  fault: 'maxmemory reached, with noeviction',
  promise: 'an enqueue is refused at once with the reason, running tasks end as they should, and all goes on by itself',
  repetitions: 10,
  quick: 1,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project(redis.url)
    const client = await project.client()
    const worker = await project.worker(['--concurrency', String(RUNNING)]).ready()
    let slowestRefusalMs = 0
    let otherAnswers = 0
    let slowestEndMs = 0
    let slowestResumeMs = 0
    for (let turn = 0; turn < kit.repetitions; turn++) {
      const running = await Promise.all(Array.from({ length: RUNNING }, () => client.enqueue('work', [TASK_MS])))
      for (const { id } of running) kit.ledger.ack(id)
      for (const { id } of running) await kit.ledger.line((line) => line.what === 'start' && line.id === id)
      await redis.admin.config('SET', 'maxmemory', '1')
      const refusal = await askInVain(client)
      slowestRefusalMs = Math.max(slowestRefusalMs, refusal.ms)
      if (!refusal.isOfMemory) otherAnswers++
      for (const result of running) {
        const at = (await kit.ledger.line((line) => line.what === 'end' && line.id === result.id)).at
        while ((await result.state()) !== 'succeeded') await setTimeout(10)
        slowestEndMs = Math.max(slowestEndMs, Date.now() - at)
      }
      await redis.admin.config('SET', 'maxmemory', '0')
      const freedAt = Date.now()
      const { id } = await client.enqueue('work', [])
      kit.ledger.ack(id)
      slowestResumeMs = Math.max(slowestResumeMs, (await kit.ledger.line((line) => line.id === id)).at - freedAt)
    }
    await worker.stop()
    const { acked, runs } = kit.tally()
    kit.measure('runs of finished work again', runs - acked, { exactly: 0 })
    kit.measure('enqueues that were not refused with OOM', otherAnswers, { exactly: 0 })
    kit.measure('slowest refusal', slowestRefusalMs, { atMost: 5000, unit: 'ms' })
    kit.measure('slowest end recorded while full', slowestEndMs, { atMost: 5000, unit: 'ms' })
    kit.measure('slowest start afterwards', slowestResumeMs, { atMost: 5000, unit: 'ms' })
    kit.measure('lines of OOM', worker.lines.filter((line) => line.includes('OOM')).length, { atMost: 10 })
  },
}

/** How an enqueue was answered that the broker has no memory for. */
async function askInVain(client: Client): Promise<{ ms: number; isOfMemory: boolean }> {
  const askedAt = performance.now()
  const refusal = await client.enqueue('work', []).then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  )
  const isOfMemory = refusal?.code === 'TASKQ_ENQUEUE_REFUSED' && refusal.message.includes('OOM')
  return { ms: performance.now() - askedAt, isOfMemory }
}
