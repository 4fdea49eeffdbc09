import type { Queue } from 'bullmq'
import { NoopTask } from '../project/tasks/noop.mjs'
import { payload, TASK_NAME } from '../support/backlog.ts'
import { Meter } from '../support/meter.ts'
import { connectRaw, openQueue } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Scenario, Side, Tell } from '../support/scenario.ts'
import { openApp } from '../support/taskq-side.ts'

/** Enqueues `jobs` jobs with what a side has for it. */
type Enqueue<Site> = (site: Site, jobs: number) => Promise<void>

interface Load {
  readonly name: string
  readonly title: string
  readonly jobs: number
  readonly throughput: number
  readonly taskq: Enqueue<void>
  readonly raw: Enqueue<Queue>
}

const IN_FLIGHT = 1000

/** `delay` against what BullMQ offers for the same: with an empty queue and no worker. */
export const enqueueScenarios: readonly Scenario[] = [
  toScenario({
    name: 'enqueue-one',
    title: 'one by one',
    jobs: 10_000,
    throughput: 0.95,
    taskq: async (_site, jobs) => {
      for (let n = 0; n < jobs; n++) await NoopTask.delay(payload(n))
    },
    raw: async (queue, jobs) => {
      for (let n = 0; n < jobs; n++) await queue.add(TASK_NAME, payload(n))
    },
  }),
  toScenario({
    name: 'enqueue-concurrent',
    title: '1,000 callers at once, each one by one',
    jobs: 40_000,
    throughput: 1,
    taskq: (_site, jobs) => callers(jobs, (n) => NoopTask.delay(payload(n))),
    raw: (queue, jobs) => callers(jobs, (n) => queue.add(TASK_NAME, payload(n))),
  }),
  toScenario({
    name: 'enqueue-bulk',
    title: '1,000 by 1,000, against addBulk',
    jobs: 40_000,
    throughput: 1.2,
    taskq: (_site, jobs) => batches(jobs, (numbers) => Promise.all(numbers.map((n) => NoopTask.delay(payload(n))))),
    raw: (queue, jobs) =>
      batches(jobs, (numbers) => queue.addBulk(numbers.map((n) => ({ name: TASK_NAME, data: payload(n) })))),
  }),
]

function toScenario({ name, title, jobs, throughput, taskq, raw }: Load): Scenario {
  return {
    name,
    title: `enqueue: ${title}`,
    metrics: [
      { key: 'jobsPerSecond', title: 'throughput', unit: 'jobs/s', target: { of: 'ratio', atLeast: throughput } },
      { key: 'nodeCpu', title: 'CPU of Node', unit: 'µs/job' },
      { key: 'redisCpu', title: 'CPU of Redis', unit: 'µs/job' },
    ],
    run: ({ redisUrl, quick }: { redisUrl: string; quick: boolean }, side: Side) =>
      runChild({ scenario: name, side, redisUrl, params: { jobs: quick ? jobs / 5 : jobs } }),
    child: {
      taskq: (task, tell) => runTaskq(task, tell, taskq),
      raw: (task, tell) => runRaw(task, tell, raw),
    },
  }
}

async function runTaskq({ redisUrl, params }: ChildTask, tell: Tell, enqueue: Enqueue<void>): Promise<void> {
  const app = openApp(redisUrl)
  await measure(redisUrl, params.jobs ?? 0, tell, (jobs) => enqueue(undefined, jobs))
  await app.close()
}

async function runRaw({ redisUrl, params }: ChildTask, tell: Tell, enqueue: Enqueue<Queue>): Promise<void> {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, 'bench')
  await measure(redisUrl, params.jobs ?? 0, tell, (jobs) => enqueue(queue, jobs))
  await queue.close()
  await connection.quit()
}

async function measure(url: string, jobs: number, tell: Tell, enqueue: (jobs: number) => Promise<void>): Promise<void> {
  const meter = new Meter(url)
  await enqueue(jobs / 4)
  tell.measured(await meter.measure(jobs, () => enqueue(jobs)))
  meter.close()
}

async function callers(jobs: number, enqueue: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const caller = async () => {
    while (next < jobs) await enqueue(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller))
}

async function batches(jobs: number, enqueue: (numbers: readonly number[]) => Promise<unknown>): Promise<void> {
  for (let sent = 0; sent < jobs; sent += IN_FLIGHT) {
    await enqueue(Array.from({ length: Math.min(IN_FLIGHT, jobs - sent) }, (_, n) => sent + n))
  }
}
