import { chain, chord } from '../../dist/index.js'
import { CountTask, PartTask } from '../project/tasks/parts.mjs'
import { payload } from '../support/backlog.ts'
import { Meter } from '../support/meter.ts'
import { Pinger } from '../support/ping.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Measures, Metric, Scenario, Side, Site, Tell } from '../support/scenario.ts'
import { openApp, startTaskqWorker } from '../support/taskq-side.ts'

/** One shape of a workflow, beside as many jobs of the same task on their own. */
interface Load {
  readonly name: string
  readonly title: string
  /** How many workflows are counted. One such, or a quarter of them, is added and worked off before. */
  readonly workflows: number
  /** How many jobs each is. */
  readonly size: number
  readonly concurrency: number
  readonly metrics: readonly Metric[]
  start(size: number): Promise<unknown>
}

const CONCURRENCY = 50
const IN_FLIGHT = 100

const members = (count: number) => Array.from({ length: count }, (_, n) => PartTask.s(payload(n)))
const links = (count: number) => Array.from({ length: count }, () => PartTask.s())

const COST: readonly Metric[] = [
  { key: 'nodeCpu', title: 'CPU of Node, to add and to run', unit: 'µs/job' },
  { key: 'redisCpu', title: 'CPU of Redis, to add and to run', unit: 'µs/job' },
  { key: 'worstPing', title: "another client's longest ping meanwhile", unit: 'ms' },
]

const LOADS: readonly Load[] = [
  {
    name: 'workflow-chord',
    title: 'workflow: a chord of 10,000, beside 10,001 tasks of their own',
    workflows: 1,
    size: 10_001,
    concurrency: CONCURRENCY,
    metrics: [
      { key: 'addMs', title: 'added', unit: 'ms', target: { of: 'taskq', atMost: 1000 } },
      {
        key: 'addPing',
        title: "another client's longest ping meanwhile",
        unit: 'ms',
        target: { of: 'taskq', atMost: 50 },
      },
      { key: 'jobsPerSecond', title: 'added and done', unit: 'jobs/s', target: { of: 'ratio', atLeast: 0.8 } },
      { key: 'workPerSecond', title: 'done', unit: 'jobs/s' },
      ...COST,
    ],
    start: (size) => chord(members(size - 1), CountTask.s()).delay(),
  },
  {
    name: 'workflow-fan-out',
    title: 'workflow: a link and then a chord of 10,000, beside 10,002 tasks of their own',
    workflows: 1,
    size: 10_002,
    concurrency: CONCURRENCY,
    metrics: [{ key: 'jobsPerSecond', title: 'added and done', unit: 'jobs/s' }, ...COST],
    start: (size) => chain(PartTask.s(payload(0)), chord(links(size - 2), CountTask.s())).delay(),
  },
  {
    name: 'workflow-link',
    title: 'workflow: 500 chains of 20 links, beside 10,000 tasks of their own',
    workflows: 500,
    size: 20,
    concurrency: CONCURRENCY,
    metrics: [
      { key: 'jobsPerSecond', title: 'added and done', unit: 'jobs/s', target: { of: 'ratio', atLeast: 0.77 } },
      { key: 'usPerJob', title: 'cost of one, added and done', unit: 'µs', target: { of: 'ratio', atMost: 1.3 } },
      ...COST,
    ],
    start: (size) => chain(PartTask.s(payload(0)), ...links(size - 1)).delay(),
  },
  {
    name: 'workflow-long',
    title: 'workflow: a chain of 1,000 links, beside 1,000 tasks one at a time',
    workflows: 1,
    size: 1000,
    concurrency: 1,
    metrics: [
      { key: 'addMs', title: 'added', unit: 'ms' },
      { key: 'usPerJob', title: 'a link, added and done', unit: 'µs' },
      ...COST,
    ],
    start: (size) => chain(PartTask.s(payload(0)), ...links(size - 1)).delay(),
  },
]

/** Workflows beside plain tasks: both sides are taskq. */
export const workflowScenarios: readonly Scenario[] = LOADS.map((load) => ({
  name: load.name,
  title: load.title,
  metrics: load.metrics,
  run: (site: Site, side: Side) => runSide(load, site, side),
  child: { taskq: (task, tell) => runPhase(load, task, tell), raw: (task, tell) => runPhase(load, task, tell) },
}))

/** Adds in one process, works off in another, and pings from a third: this one. */
async function runSide(load: Load, { redisUrl, quick }: Site, side: Side): Promise<Measures> {
  const [workflows, size] =
    load.workflows > 1
      ? [quick ? load.workflows / 5 : load.workflows, load.size]
      : [1, quick ? Math.ceil(load.size / 5) : load.size]
  const run = (phase: number) =>
    whilePinging(redisUrl, { scenario: load.name, side, redisUrl, params: { phase, workflows, size } })
  const [adding, working] = [await run(0), await run(1)]
  const ms = adding.ms + working.ms
  const jobs = workflows * size
  return {
    addMs: adding.ms,
    addPing: adding.worstPing,
    jobsPerSecond: (1000 * jobs) / ms,
    workPerSecond: (1000 * jobs) / working.ms,
    usPerJob: (1000 * ms) / jobs,
    nodeCpu: adding.nodeCpu + working.nodeCpu,
    redisCpu: adding.redisCpu + working.redisCpu,
    worstPing: Math.max(adding.worstPing, working.worstPing),
  }
}

interface Phase {
  readonly ms: number
  readonly nodeCpu: number
  readonly redisCpu: number
  readonly worstPing: number
}

async function whilePinging(redisUrl: string, task: ChildTask): Promise<Phase> {
  const pinger = new Pinger(redisUrl)
  const { jobsPerSecond = Number.NaN, ...rest } = await runChild(task, () => pinger.start())
  const { nodeCpu = Number.NaN, redisCpu = Number.NaN } = rest
  const { workflows = 1, size = 1 } = task.params
  return { ms: (1000 * workflows * size) / jobsPerSecond, nodeCpu, redisCpu, worstPing: await pinger.stop() }
}

async function runPhase(load: Load, task: ChildTask, tell: Tell): Promise<void> {
  const { phase = 0, workflows = 1, size = 1 } = task.params
  // A fifth of all, as everywhere in the bench; of one workflow, one that is smaller.
  const warmUp =
    workflows > 1 ? { workflows: Math.ceil(workflows / 4), size } : { workflows: 1, size: Math.ceil(size / 4) }
  const meter = new Meter(task.redisUrl)
  const counts = { workflows, size, warmUp }
  const app = openApp(task.redisUrl, load.concurrency)
  tell.ready()
  tell.measured(phase === 0 ? await add(load, task.side, meter, counts) : await workOff(app, meter, counts))
  await app.close()
  meter.close()
}

interface Counts {
  readonly workflows: number
  readonly size: number
  readonly warmUp: { readonly workflows: number; readonly size: number }
}

async function add(load: Load, side: Side, meter: Meter, { workflows, size, warmUp }: Counts): Promise<Measures> {
  const send = side === 'taskq' ? startWorkflows : sendTasks
  await send(load, warmUp.workflows, warmUp.size)
  return meter.measure(workflows * size, () => send(load, workflows, size))
}

async function startWorkflows(load: Load, workflows: number, size: number): Promise<void> {
  for (let sent = 0; sent < workflows; sent += IN_FLIGHT) {
    const count = Math.min(IN_FLIGHT, workflows - sent)
    await Promise.all(Array.from({ length: count }, () => load.start(size)))
  }
}

/** As many as a user would send at once. */
async function sendTasks(_load: Load, workflows: number, size: number): Promise<void> {
  const jobs = workflows * size
  for (let sent = 0; sent < jobs; sent += 1000) {
    const numbers = Array.from({ length: Math.min(1000, jobs - sent) }, (_, n) => sent + n)
    await Promise.all(numbers.map((n) => PartTask.delay(payload(n))))
  }
}

async function workOff(app: ReturnType<typeof openApp>, meter: Meter, counts: Counts): Promise<Measures> {
  const { workflows, size, warmUp } = counts
  const { jobEnded, done } = meter.watch(warmUp.workflows * warmUp.size, workflows * size)
  const worker = await startTaskqWorker(app, ['bench'], jobEnded)
  const measures = await done
  await worker.stop()
  return measures
}
