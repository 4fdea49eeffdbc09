// What `taskq worker` is held against: the least script that runs jobs with BullMQ.
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'

const connection = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: null })
const worker = new Worker('bench', async () => {}, { connection, concurrency: 10 })
process.on('SIGTERM', async () => {
  await worker.close()
  await connection.quit()
})
