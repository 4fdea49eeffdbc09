import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'bullmq'
import { fillBacklog, queueNames } from '../support/backlog.ts'
import { Meter } from '../support/meter.ts'
import { connectRaw } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Scenario, Tell } from '../support/scenario.ts'
import { openApp, PROJECT, startTaskqWorker } from '../support/taskq-side.ts'

const CHILDREN = 2
const JOBS = 12_000

/** Works off a backlog of jobs that do nothing, each in a child process: taskq's pool, and BullMQ's sandbox. */
export const pool: Scenario = {
  name: 'pool',
  title: `pool: ${CHILDREN} child processes`,
  metrics: [
    { key: 'jobsPerSecond', title: 'throughput', unit: 'jobs/s', target: { of: 'taskq', atLeast: 2000 } },
    { key: 'nodeCpu', title: 'CPU of Node', unit: 'µs/job' },
    { key: 'redisCpu', title: 'CPU of Redis', unit: 'µs/job' },
  ],
  run: async ({ redisUrl, quick }, side) => {
    const jobs = quick ? JOBS / 5 : JOBS
    const params = { jobs, warmUp: jobs / 4 }
    await fillBacklog(redisUrl, side, 1, params.jobs + params.warmUp)
    return runChild({ scenario: 'pool', side, redisUrl, params })
  },
  child: { taskq: runTaskq, raw: runRaw },
}

async function runTaskq({ redisUrl, params: { jobs = 0, warmUp = 0 } }: ChildTask, tell: Tell): Promise<void> {
  const app = openApp(redisUrl, CHILDREN, {}, 'process')
  const meter = new Meter(redisUrl)
  const { jobEnded, done } = meter.watch(warmUp, jobs)
  const worker = await startTaskqWorker(app, queueNames(1), jobEnded)
  tell.measured(await done)
  await worker.stop()
  await app.close()
  meter.close()
}

async function runRaw({ redisUrl, params: { jobs = 0, warmUp = 0 } }: ChildTask, tell: Tell): Promise<void> {
  const connection = connectRaw(redisUrl)
  const meter = new Meter(redisUrl)
  const { jobEnded, done } = meter.watch(warmUp, jobs)
  const [queue = ''] = queueNames(1)
  const worker = new Worker(queue, pathToFileURL(join(PROJECT, 'raw-noop.mjs')), { connection, concurrency: CHILDREN })
  worker.on('completed', jobEnded)
  worker.on('failed', (_job, error) => console.error(error))
  tell.measured(await done)
  await worker.close()
  await connection.quit()
  meter.close()
}
