import type { FaultRow } from '../kit/row.ts'
import { rawQueue, rawWorker, settledOrNot } from './raw-bullmq.ts'

export const row: FaultRow = {
  id: 'F11',
  fault: 'the reply to an enqueue is lost; the server has done it',
  promise: 'each call becomes one job',
  repetitions: 10,
  breaks: ['jobs'],
  async run(kit) {
    const redis = await kit.redis()
    const proxy = await kit.proxy(redis)
    const queue = rawQueue(kit, { host: '127.0.0.1', port: proxy.port })
    await queue.waitUntilReady()
    // What the first call loads is no part of the fault.
    kit.ledger.ack((await queue.add('work', {})).id ?? '')
    for (let call = 0; call < kit.repetitions; call++) {
      proxy.loseReplies((request) => {
        const fits = request.includes(`call-${call}`)
        if (fits) proxy.loseReplies(undefined)
        return fits
      })
      const { id = '' } = await queue.add(`call-${call}`, {})
      kit.ledger.ack(id)
    }
    await rawWorker(kit, { host: '127.0.0.1', port: redis.port }).ready()
    await settledOrNot(kit, 10_000)
    kit.tally()
    kit.measure('replies lost', proxy.dropped, { atLeast: kit.repetitions })
    const { completed = 0, waiting = 0 } = await queue.getJobCounts('completed', 'waiting')
    kit.measure('jobs', completed + waiting, { exactly: kit.repetitions + 1 })
  },
}
