import { setTimeout } from 'node:timers/promises'
import type { FaultRow } from '../kit/row.ts'
import { askingConnections, linesOf, watchStorm } from '../kit/storm.ts'
import { rawQueue, rawWorker, settledOrNot } from './raw-bullmq.ts'

const RUNNING = 4
const TASK_MS = 700
const FAULT_MS = 2000

export const row: FaultRow = {
  id: 'F14',
  fault: 'a server that answers READONLY for 2 s',
  promise: 'nobody storms it, and work that ends meanwhile is not done again',
  repetitions: 1,
  breaks: ['refused commands of each connection', 'lines of READONLY'],
  async run(kit) {
    const redis = await kit.redis()
    const connection = { host: '127.0.0.1', port: redis.port }
    const queue = rawQueue(kit, connection)
    const worker = await rawWorker(kit, connection, { concurrency: RUNNING }).ready()
    const connections = await askingConnections(redis)
    for (let count = 0; count < RUNNING; count++) kit.ledger.ack((await queue.add('work', { ms: TASK_MS })).id ?? '')
    await kit.ledger.until(() => kit.ledger.starts().length >= RUNNING || undefined, 15_000, 'the starts')
    const stormed = await watchStorm(redis, worker, connections, ['READONLY', 'UNBLOCKED'])
    await redis.admin.replicaof('127.0.0.1', 9)
    await setTimeout(FAULT_MS)
    const { errorsPerConnection } = await stormed()
    await redis.admin.replicaof('no', 'one')
    // The lock of finished work ends after 30 s; two looks later it is taken up again.
    await settledOrNot(kit, 15_000)
    kit.tally()
    kit.measure('refused commands of each connection', errorsPerConnection, { atMost: 2, unit: '/s' })
    kit.measure('lines of READONLY', linesOf(worker, /READONLY/), { atMost: 10, unit: '/min' })
  },
}
