import type { Job, Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { createViewer } from '../../dist/codec/viewer.js'
import { dropDead, retryDead } from '../../dist/control/dead/dead-letters.js'
import { fillBacklog, TASK_NAME } from '../support/backlog.ts'
import { connectRaw, openQueue } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Measures, Scenario, Side, Tell } from '../support/scenario.ts'
import { openApp } from '../support/taskq-side.ts'

const NAME = 'dead-retry'
const QUEUE = 'bench'
const MESSAGE = 'connect ETIMEDOUT 10.0.0.7:25'
/** Jobs that are moved at a time. */
const STEP = 1000
/** By hand as many jobs are read and retried at a time. */
const PAGE = 200

/**
 * 100,000 dead letters: all run again, those of a task with an error run again, all are removed. Raw: what BullMQ has for
 * all of them, and, for those that match, a loop over pages of failed jobs.
 */
export const deadRetry: Scenario = {
  name: NAME,
  title: 'dead letters: 100,000 of them',
  maxRounds: 3,
  metrics: [
    { key: 'all', title: 'all run again', unit: 'jobs/s', target: { of: 'taskq', atLeast: 5000 } },
    { key: 'chosen', title: 'by task and error', unit: 'jobs/s', target: { of: 'taskq', atLeast: 5000 } },
    { key: 'dropped', title: 'removed', unit: 'jobs/s', target: { of: 'taskq', atLeast: 5000 } },
    { key: 'grown', title: 'memory of the process, grown by', unit: 'MB', target: { of: 'taskq', atMost: 60 } },
  ],
  run: async ({ redisUrl, quick }, side) => {
    const jobs = quick ? 10_000 : 100_000
    await fillBacklog(redisUrl, side, 1, jobs)
    return runChild({ scenario: NAME, side, redisUrl, params: { jobs } })
  },
  child: { taskq: runTaskq, raw: runRaw },
}

/** The three kinds of work; each tells how many jobs it was done with. */
interface Work {
  readonly all: () => Promise<number>
  readonly chosen: () => Promise<number>
  readonly dropped: () => Promise<number>
}

async function runTaskq({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const app = openApp(redisUrl)
  const engine = await app.engine()
  const viewer = createViewer(app.config)
  await measure(redisUrl, 'taskq', params.jobs ?? 0, tell, {
    all: async () => (await retryDead(engine, {}, viewer)).done,
    chosen: async () => (await retryDead(engine, { task: 'bench.*', error: 'etimedout' }, viewer)).done,
    dropped: async () => (await dropDead(engine, {}, viewer)).done,
  })
  await app.close()
}

async function runRaw({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, QUEUE)
  const jobs = params.jobs ?? 0
  await measure(redisUrl, 'raw', jobs, tell, {
    all: async () => {
      await queue.retryJobs({ state: 'failed' })
      return jobs
    },
    chosen: () => retryChosen(queue),
    dropped: async () => (await queue.clean(0, 0, 'failed')).length,
  })
  await queue.close()
  await connection.quit()
}

/** All match, so that the first page is always new. */
async function retryChosen(queue: Queue): Promise<number> {
  for (let retried = 0; ; ) {
    const page = (await queue.getFailed(0, PAGE - 1)) as Job[]
    if (page.length === 0) return retried
    const chosen = page.filter((job) => job.name === TASK_NAME && job.failedReason.includes('ETIMEDOUT'))
    await Promise.all(chosen.map((job) => job.retry('failed')))
    retried += chosen.length
  }
}

async function measure(redisUrl: string, side: Side, jobs: number, tell: Tell, work: Work): Promise<void> {
  const redis = new Redis(redisUrl)
  const measures: Record<string, number> = {}
  let grown = 0
  for (const [name, act] of Object.entries(work)) {
    await failAll(redis, side)
    const rssBefore = process.memoryUsage.rss()
    const startedAt = performance.now()
    const done = await act()
    measures[name] = (done / (performance.now() - startedAt)) * 1000
    if (done !== jobs) throw new Error(`${name}: ${done} of ${jobs} jobs`)
    grown = Math.max(grown, process.memoryUsage.rss() - rssBefore)
  }
  await redis.quit()
  tell.measured({ ...measures, grown: grown / 1_048_576 } satisfies Measures)
}

/** Makes all jobs that wait dead letters, as the engine keeps them. */
async function failAll(redis: Redis, side: Side): Promise<void> {
  const root = side === 'taskq' ? `{taskq}:${QUEUE}:` : `bull:${QUEUE}:`
  const failure = JSON.stringify({
    name: 'Error',
    message: MESSAGE,
    stack: `Error: ${MESSAGE}\n    at send (mail.js:7:11)`,
  })
  for (;;) {
    const ids = (await redis.rpop(`${root}wait`, STEP)) ?? []
    if (ids.length === 0) return
    const now = Date.now()
    const pipeline = redis.pipeline()
    for (const id of ids) {
      pipeline.hset(`${root}${id}`, { atm: 4, finishedOn: now, failedReason: MESSAGE, failure, stacktrace: '[]' })
      pipeline.zadd(`${root}failed`, now, id)
    }
    await pipeline.exec()
  }
}
