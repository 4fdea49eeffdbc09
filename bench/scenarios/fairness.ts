import { setTimeout as sleep } from 'node:timers/promises'
import { probe, SlowTask } from '../project/tasks/noop.mjs'
import { payload } from '../support/backlog.ts'
import { connectRaw, openQueue, startRawWorker } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Scenario, Side, Site, Tell } from '../support/scenario.ts'
import { sendStamped, TIMED_QUEUE, WaitSamples } from '../support/stamped-load.ts'
import { openApp, startTaskqWorker } from '../support/taskq-side.ts'

const SLOW_QUEUE = 'slow'
const WORK_MS = 5
const GAP_MS: [number, number] = [5, 25]

/**
 * One queue has more work than the worker can do. How long does a job of another queue wait for a slot?
 * BullMQ has no budget over queues: its two Workers have slots of their own, all of them each.
 */
export const fairnessScenarios: readonly Scenario[] = [1, 10].map((concurrency) => toScenario(concurrency))

function toScenario(concurrency: number): Scenario {
  const name = `fairness-${concurrency}`
  return {
    name,
    title: `fairness: waiting while another queue drains (5 ms jobs, ${concurrency} slot${concurrency > 1 ? 's' : ''})`,
    maxRounds: 3,
    metrics: [
      { key: 'p50', title: 'wait, p50', unit: 'ms' },
      { key: 'p99', title: 'wait, p99', unit: 'ms', target: { of: 'taskq', atMost: 50 } },
      { key: 'max', title: 'wait, max', unit: 'ms' },
    ],
    run: (site, side) => run(site, side, name, concurrency),
    child: { taskq: runTaskq, raw: runRaw },
  }
}

async function run({ redisUrl, quick }: Site, side: Side, scenario: string, concurrency: number) {
  const jobs = quick ? 60 : 200
  const longestMs = jobs * (GAP_MS[1] + 5)
  const backlog = Math.ceil((longestMs / WORK_MS) * concurrency)
  await (side === 'taskq' ? fillTaskq(redisUrl, backlog) : fillRaw(redisUrl, backlog))
  const load = () => sendStamped(redisUrl, side, jobs, GAP_MS)
  return runChild({ scenario, side, redisUrl, params: { jobs, concurrency } }, load)
}

async function runTaskq({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { jobs = 0, concurrency = 1 } = params
  const app = openApp(redisUrl, concurrency)
  const samples = new WaitSamples(jobs, 0)
  probe.started = samples.started
  probe.workMs = WORK_MS
  const worker = await startTaskqWorker(app, [SLOW_QUEUE, TIMED_QUEUE], () => {})
  tell.ready()
  tell.measured(await samples.done)
  await worker.stop()
  await app.close()
}

async function runRaw({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { jobs = 0, concurrency = 1 } = params
  const connection = connectRaw(redisUrl)
  const samples = new WaitSamples(jobs, 0)
  const started = async ({ data }: { data: { sentAtUs: number } }) => samples.started(data.sentAtUs)
  const workers = [
    startRawWorker(
      connection,
      SLOW_QUEUE,
      concurrency,
      () => sleep(WORK_MS),
      () => {},
    ),
    startRawWorker(connection, TIMED_QUEUE, concurrency, started, () => {}),
  ]
  await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  tell.ready()
  tell.measured(await samples.done)
  await Promise.all(workers.map((worker) => worker.close()))
  await connection.quit()
}

async function fillTaskq(redisUrl: string, jobs: number): Promise<void> {
  const app = openApp(redisUrl)
  await Promise.all(Array.from({ length: jobs }, (_, n) => SlowTask.delay(payload(n))))
  await app.close()
}

async function fillRaw(redisUrl: string, jobs: number): Promise<void> {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, SLOW_QUEUE)
  await queue.addBulk(Array.from({ length: jobs }, (_, n) => ({ name: 'bench.Slow', data: payload(n) })))
  await queue.close()
  await connection.quit()
}
