import { probe } from '../project/tasks/noop.mjs'
import { connectRaw, startRawWorker } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Scenario, Tell } from '../support/scenario.ts'
import { sendStamped, TIMED_QUEUE, WaitSamples } from '../support/stamped-load.ts'
import { openApp, startTaskqWorker } from '../support/taskq-side.ts'

const WARM_UP = 20

/** How long a job that comes to an idle worker waits, from the call that enqueues it to its first line. */
export const pickUp: Scenario = {
  name: 'pick-up',
  title: 'pick-up by an idle worker',
  maxRounds: 3,
  metrics: [
    { key: 'p50', title: 'wait, p50', unit: 'ms' },
    { key: 'p99', title: 'wait, p99', unit: 'ms' },
  ],
  run: ({ redisUrl, quick }, side) => {
    const jobs = WARM_UP + (quick ? 50 : 200)
    const load = () => sendStamped(redisUrl, side, jobs, [2, 20])
    return runChild({ scenario: 'pick-up', side, redisUrl, params: { jobs } }, load)
  },
  child: { taskq: runTaskq, raw: runRaw },
}

async function runTaskq({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const app = openApp(redisUrl)
  const samples = new WaitSamples(params.jobs ?? 0, WARM_UP)
  probe.started = samples.started
  const worker = await startTaskqWorker(app, [TIMED_QUEUE], () => {})
  tell.ready()
  tell.measured(await samples.done)
  await worker.stop()
  await app.close()
}

async function runRaw({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const connection = connectRaw(redisUrl)
  const samples = new WaitSamples(params.jobs ?? 0, WARM_UP)
  const started = async ({ data }: { data: { sentAtUs: number } }) => samples.started(data.sentAtUs)
  const worker = startRawWorker(connection, TIMED_QUEUE, 10, started, () => {})
  await worker.waitUntilReady()
  tell.ready()
  tell.measured(await samples.done)
  await worker.close()
  await connection.quit()
}
