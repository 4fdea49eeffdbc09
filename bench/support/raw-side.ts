import { type Processor, Queue, Worker, type WorkerOptions } from 'bullmq'
import { Redis } from 'ioredis'

/** taskq's own lock and stall settings, so that both sides renew and look equally often. */
const LOCKS = { lockDuration: 10_000, stalledInterval: 5000 }

/** A connection as BullMQ's guide asks for: shared by queues and workers. */
export const connectRaw = (redisUrl: string): Redis => new Redis(redisUrl, { maxRetriesPerRequest: null })

export const openQueue = (connection: Redis, name: string, prefix = 'bull'): Queue =>
  new Queue(name, { connection, prefix })

/** A Worker that runs; `onDone` hears of each completed job. */
export function startRawWorker(
  connection: Redis,
  queue: string,
  concurrency: number,
  processor: Processor,
  onDone: () => void,
  more: Pick<WorkerOptions, 'limiter'> = {},
): Worker {
  const worker = new Worker(queue, processor, { connection, concurrency, ...LOCKS, ...more })
  worker.on('completed', onDone)
  worker.on('failed', (_job, error) => console.error(error))
  worker.on('error', (error) => console.error(error))
  return worker
}
