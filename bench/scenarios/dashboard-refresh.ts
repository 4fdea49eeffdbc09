import type { Queue } from 'bullmq'
import { Engine } from '../../dist/engine/engine.js'
import type { StatsBatch } from '../../dist/engine/stats/stats-batch.js'
import { countDuration, noCounts } from '../../dist/stats/task-counts.js'
import { fillWait } from '../support/fill-wait.ts'
import { Meter } from '../support/meter.ts'
import { connectRaw, openQueue } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Measures, Scenario, Tell } from '../support/scenario.ts'
import { median, percentile } from '../support/statistics.ts'
import { openApp } from '../support/taskq-side.ts'

const MANY_JOBS = 1_000_000
const MANY_QUEUES = 50
/** Two apps, whose looks take turns, so that what else the machine does is shared by both. */
const SHORT = 'short'
const LONG = 'long'
const PREFIX = 'taskq'
const TURN = 50
const TASKS = 20

/** What one look at one queue costs while it holds one job, and while it holds a million. */
const longQueue: Scenario = {
  name: 'dashboard-long',
  title: 'dashboard: a look at a queue of 1 job, and of 1,000,000',
  maxRounds: 3,
  metrics: [
    { key: 'wallGrowth', title: 'time, 1,000,000 ÷ 1', unit: '×', target: { of: 'taskq', atMost: 1.2 } },
    { key: 'redisGrowth', title: 'CPU of Redis, 1,000,000 ÷ 1', unit: '×', target: { of: 'taskq', atMost: 1.2 } },
    { key: 'wall', title: 'time, 1,000,000 jobs', unit: 'ms/look' },
    { key: 'redisCpu', title: 'CPU of Redis, 1,000,000 jobs', unit: 'µs/look' },
  ],
  run: async ({ redisUrl, admin, quick }, side) => {
    if (side === 'raw') return {}
    await fillWait(admin, SHORT, 'bench', 1)
    await fillWait(admin, LONG, 'bench', quick ? MANY_JOBS / 10 : MANY_JOBS)
    return runChild({ scenario: 'dashboard-long', side, redisUrl, params: { turns: quick ? 10 : 40 } })
  },
  child: { taskq: runLooks, raw: nothing },
}

/** What a screen's refresh takes where there are many queues: queues, curves and tasks; against counts by BullMQ. */
const manyQueues: Scenario = {
  name: 'dashboard-refresh',
  title: `dashboard: a refresh of ${MANY_QUEUES} queues and ${TASKS} tasks, against counts alone`,
  metrics: [
    { key: 'p50', title: 'time, p50', unit: 'ms' },
    { key: 'p99', title: 'time, p99', unit: 'ms', target: { of: 'taskq', atMost: 10 } },
    { key: 'nodeCpu', title: 'CPU of Node', unit: 'µs/refresh' },
    { key: 'redisCpu', title: 'CPU of Redis', unit: 'µs/refresh' },
  ],
  run: async ({ redisUrl, admin, quick }, side) => {
    for (let n = 0; n < MANY_QUEUES; n++) await fillWait(admin, PREFIX, `bench${n}`, 100)
    return runChild({ scenario: 'dashboard-refresh', side, redisUrl, params: { refreshes: quick ? 100 : 500 } })
  },
  child: { taskq: runRefreshes, raw: runRawRefreshes },
}

/** What a worker's counts cost the broker: once a second, however many jobs they are of. */
const statsFlush: Scenario = {
  name: 'stats-flush',
  title: `stats: a worker tells what ${TASKS} tasks did in a second`,
  metrics: [
    { key: 'redisCpu', title: 'CPU of Redis', unit: 'µs/s' },
    { key: 'nodeCpu', title: 'CPU of Node', unit: 'µs/s' },
  ],
  run: async ({ redisUrl, quick }, side) =>
    side === 'raw'
      ? {}
      : runChild({ scenario: 'stats-flush', side, redisUrl, params: { flushes: quick ? 200 : 2000 } }),
  child: { taskq: runFlushes, raw: nothing },
}

export const dashboardScenarios: readonly Scenario[] = [longQueue, manyQueues, statsFlush]

async function runLooks({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const engines = [SHORT, LONG].map((prefix) => openEngine(redisUrl, prefix))
  const costs = engines.map((): Measures[] => [])
  const meter = new Meter(redisUrl)
  const turns = params.turns ?? 0
  for (let turn = -turns / 5; turn < turns; turn++) {
    for (const [index, engine] of engines.entries()) {
      const cost = await meter.measure(TURN, () => look(engine))
      if (turn >= 0) costs[index]?.push(cost)
    }
  }
  const [short, long] = costs.map((all) => ({
    wall: median(all.map(({ jobsPerSecond = Number.NaN }) => 1000 / jobsPerSecond)),
    redisCpu: median(all.map(({ redisCpu = Number.NaN }) => redisCpu)),
  }))
  if (short === undefined || long === undefined) throw new Error('there are two')
  tell.measured({ ...long, wallGrowth: long.wall / short.wall, redisGrowth: long.redisCpu / short.redisCpu })
  meter.close()
  await Promise.all(engines.map((engine) => engine.close()))
}

async function look(engine: Engine): Promise<void> {
  for (let n = 0; n < TURN; n++) await engine.queueOverviews()
}

async function runRefreshes({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const engine = openEngine(redisUrl)
  const worker = await engine.openWorkerSide()
  await worker.recordStats(busySecond())
  const refresh = async () => {
    await Promise.all([engine.queueOverviews(), engine.stats.minutes(15), engine.stats.pulses(24), engine.workers()])
  }
  tell.measured(await measureTimes(redisUrl, params.refreshes ?? 0, refresh))
  await worker.close()
  await engine.close()
}

/** The counts, whether it is paused, the limit, and the job that waits longest: what BullMQ's own getters offer. */
async function runRawRefreshes({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const connection = connectRaw(redisUrl)
  const queues = Array.from({ length: MANY_QUEUES }, (_, n) => openQueue(connection, `bench${n}`, `{${PREFIX}}`))
  const read = (queue: Queue) =>
    Promise.all([queue.getJobCounts(), queue.isPaused(), queue.getRateLimitTtl(), queue.getWaiting(0, 0)])
  const refresh = async () => void (await Promise.all(queues.map(read)))
  tell.measured(await measureTimes(redisUrl, params.refreshes ?? 0, refresh))
  await Promise.all(queues.map((queue) => queue.close()))
  await connection.quit()
}

async function runFlushes({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const engine = openEngine(redisUrl)
  const worker = await engine.openWorkerSide()
  const batch = busySecond()
  tell.measured(await measureTimes(redisUrl, params.flushes ?? 0, () => worker.recordStats(batch)))
  await worker.close()
  await engine.close()
}

/** Does it again and again, after a warm-up: how long each took, and what each cost. */
async function measureTimes(redisUrl: string, times: number, work: () => Promise<void>): Promise<Measures> {
  const meter = new Meter(redisUrl)
  for (let n = 0; n < times / 5; n++) await work()
  const took: number[] = []
  const measures = await meter.measure(times, async () => {
    for (let n = 0; n < times; n++) {
      const startedAt = performance.now()
      await work()
      took.push(performance.now() - startedAt)
    }
  })
  meter.close()
  return { ...measures, p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}

function openEngine(redisUrl: string, prefix = PREFIX): Engine {
  const { config } = openApp(redisUrl)
  if (config.broker.kind !== 'redis') throw new Error('the bench runs on Redis')
  return new Engine({ broker: config.broker, prefix, timeoutMs: 5000 })
}

/** A second in which all tasks ran, some failed, and times were spread over eight buckets. */
function busySecond(): StatsBatch {
  const counts = () => {
    const made = { ...noCounts(), succeeded: 90, failed: 2, retried: 8 }
    for (let bucket = 0; bucket < 8; bucket++) {
      countDuration(made.wait, 2 ** bucket)
      countDuration(made.run, 2 ** bucket)
    }
    return made
  }
  const names = Array.from({ length: TASKS }, (_, n) => `shop.Task${n}`)
  return {
    tasks: new Map(names.map((name) => [name, counts()])),
    queues: new Map([0, 1, 2, 3, 4].map((n) => [`bench${n}`, { ended: 400, failed: 8, retried: 32 }])),
  }
}

async function nothing(): Promise<void> {}
