import { fillBacklog, queueNames } from '../support/backlog.ts'
import { Meter } from '../support/meter.ts'
import { connectRaw, startRawWorker } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Metric, Scenario, Target, Tell } from '../support/scenario.ts'
import { openApp, startTaskqWorker } from '../support/taskq-side.ts'

interface Load {
  readonly name: string
  readonly title: string
  readonly queues: number
  readonly concurrency: number
  readonly jobs: number
  readonly throughput: number
}

const LOADS: readonly Load[] = [
  { name: 'process-1', title: 'one queue, concurrency 1', queues: 1, concurrency: 1, jobs: 6000, throughput: 1 },
  { name: 'process-10', title: 'one queue, concurrency 10', queues: 1, concurrency: 10, jobs: 25_000, throughput: 1 },
  { name: 'process-50', title: 'one queue, concurrency 50', queues: 1, concurrency: 50, jobs: 40_000, throughput: 1 },
  {
    name: 'process-5x10',
    title: 'five queues, 50 together',
    queues: 5,
    concurrency: 50,
    jobs: 40_000,
    throughput: 0.95,
  },
]

/** Works off a backlog of jobs that do nothing: one worker process, and Redis. */
export const processScenarios: readonly Scenario[] = LOADS.map(toScenario)

function toScenario({ name, title, queues, concurrency, jobs, throughput }: Load): Scenario {
  return {
    name,
    title: `process: ${title}`,
    metrics: metrics({ of: 'ratio', atLeast: throughput }),
    run: async ({ redisUrl, quick }, side) => {
      const counted = quick ? jobs / 5 : jobs
      const params = { queues, concurrency, jobs: counted, warmUp: counted / 4 }
      await fillBacklog(redisUrl, side, queues, params.jobs + params.warmUp)
      return runChild({ scenario: name, side, redisUrl, params })
    },
    child: { taskq: runTaskq, raw: runRaw },
  }
}

function metrics(throughput: Target): Metric[] {
  return [
    { key: 'jobsPerSecond', title: 'throughput', unit: 'jobs/s', target: throughput },
    { key: 'nodeCpu', title: 'CPU of Node', unit: 'µs/job', target: { of: 'ratio', atMost: 1.15 } },
    { key: 'redisCpu', title: 'CPU of Redis', unit: 'µs/job', target: { of: 'ratio', atMost: 1.05 } },
  ]
}

/** Works a backlog off with taskq and tells what it cost. */
export async function runTaskq({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { queues = 1, concurrency = 1, jobs = 0, warmUp = 0 } = params
  const app = openApp(redisUrl, concurrency)
  const meter = new Meter(redisUrl)
  const { jobEnded, done } = meter.watch(warmUp, jobs)
  const worker = await startTaskqWorker(app, queueNames(queues), jobEnded)
  tell.measured(await done)
  await worker.stop()
  await app.close()
  meter.close()
}

async function runRaw({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { queues = 1, concurrency = 1, jobs = 0, warmUp = 0 } = params
  const connection = connectRaw(redisUrl)
  const meter = new Meter(redisUrl)
  const { jobEnded, done } = meter.watch(warmUp, jobs)
  const noop = async () => {}
  const workers = queueNames(queues).map((queue) =>
    startRawWorker(connection, queue, concurrency / queues, noop, jobEnded),
  )
  tell.measured(await done)
  await Promise.all(workers.map((worker) => worker.close()))
  await connection.quit()
  meter.close()
}
