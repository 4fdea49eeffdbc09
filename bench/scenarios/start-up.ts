import { QueueEvents } from 'bullmq'
import { NoopTask } from '../project/tasks/noop.mjs'
import { payload, TASK_NAME } from '../support/backlog.ts'
import { connectRaw, openQueue } from '../support/raw-side.ts'
import { endProcess } from '../support/redis-server.ts'
import type { Scenario, Side } from '../support/scenario.ts'
import { openApp } from '../support/taskq-side.ts'
import { bareNodeTime, helpTime, spawnWorker } from '../support/worker-process.ts'

const UNIT = '× node -e 0'
const PATIENCE_MS = 20_000

/** `taskq --help`, which has no counterpart in BullMQ. */
const help: Scenario = {
  name: 'help',
  title: 'start-up: taskq --help',
  metrics: [{ key: 'times', title: 'until it has ended', unit: UNIT, target: { of: 'taskq', atMost: 4 } }],
  run: async (_site, side) => {
    if (side === 'raw') return {}
    const bareMs = await bareNodeTime()
    return { times: (await helpTime()) / bareMs }
  },
}

/** From the start of a worker's process until a job that waited is done and its result is known. */
const firstJob: Scenario = {
  name: 'first-job',
  title: 'start-up: a new worker process and its first job',
  metrics: [{ key: 'times', title: 'until the result is known', unit: UNIT }],
  run: async ({ redisUrl }, side) => {
    const bareMs = await bareNodeTime()
    const first = await (side === 'taskq' ? enqueueTaskq(redisUrl) : enqueueRaw(redisUrl))
    const doneMs = await timeToResult(side, redisUrl, first.result)
    await first.close()
    return { times: doneMs / bareMs }
  },
}

export const startUpScenarios: readonly Scenario[] = [help, firstJob]

async function timeToResult(side: Side, redisUrl: string, result: Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  const worker = spawnWorker(side, redisUrl)
  try {
    await result
    return performance.now() - startedAt
  } finally {
    await endProcess(worker)
  }
}

async function enqueueTaskq(redisUrl: string) {
  const app = openApp(redisUrl)
  const job = await NoopTask.delay(payload(0))
  return { result: job.get({ timeout: PATIENCE_MS }), close: () => app.close() }
}

async function enqueueRaw(redisUrl: string) {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, 'bench')
  const events = new QueueEvents('bench', { connection })
  await events.waitUntilReady()
  const job = await queue.add(TASK_NAME, payload(0))
  const close = async () => {
    await Promise.all([events.close(), queue.close()])
    await connection.quit()
  }
  return { result: job.waitUntilFinished(events, PATIENCE_MS), close }
}
