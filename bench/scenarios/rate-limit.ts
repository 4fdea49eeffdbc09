import { setTimeout as sleep } from 'node:timers/promises'
import { FreeTask, LimitedTask, probe } from '../project/tasks/limited.mjs'
import { connectRaw, openQueue, startRawWorker } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Measures, Scenario, Side, Site, Tell } from '../support/scenario.ts'
import { nowUs } from '../support/stamped-load.ts'
import { percentile } from '../support/statistics.ts'
import { openApp } from '../support/taskq-side.ts'

const NAME = 'rate-limit'
const PER_SECOND = 100
const FREE_EVERY_MS = 20
const SLOTS = 10
const LIMITED_QUEUE = 'limits'
/** The raw side has a queue of its own for what is limited, as its limiter holds for a whole queue. */
const RAW_LIMITED = 'limits-limited'

/**
 * A backlog of a task with 100/s over two workers, and jobs of an unlimited task of the same queue beside it. Does the
 * rate hold, and does anybody else notice? Raw: the limiter of a queue of its own, 100 in 1000 ms.
 */
export const rateLimit: Scenario = {
  name: NAME,
  title: `rate limit: a backlog at ${PER_SECOND}/s over two workers, an unlimited task beside it`,
  maxRounds: 3,
  countsFirst: true,
  metrics: [
    { key: 'rate', title: 'starts', unit: '/s', target: { of: 'taskq', atLeast: 98, atMost: 102 } },
    { key: 'mostInSecond', title: 'most in any second', unit: '', target: { of: 'taskq', atMost: 110 } },
    { key: 'pickUps', title: 'pick-ups per job', unit: '', target: { of: 'taskq', atMost: 1 } },
    { key: 'freeP50', title: 'wait of the unlimited task, p50', unit: 'ms' },
    { key: 'freeP99', title: 'wait of the unlimited task, p99', unit: 'ms', target: { of: 'taskq', atMost: 20 } },
  ],
  run,
  child: { taskq: runTaskq, raw: runRaw },
}

async function run({ redisUrl, quick }: Site, side: Side): Promise<Measures> {
  const jobs = quick ? 300 : 2000
  const load = side === 'taskq' ? taskqLoad(redisUrl) : rawLoad(redisUrl)
  await load.fill(jobs)
  const frees = Math.floor((jobs / PER_SECOND) * (1000 / FREE_EVERY_MS) * 0.9)
  let isOver = false
  let sending = Promise.resolve()
  const measures = await runChild({ scenario: NAME, side, redisUrl, params: { jobs } }, async () => {
    sending = sendFrees(load, frees, () => isOver)
    await sending
  })
  isOver = true
  // A job that is sent after the end would connect anew, and keep the harness from ending.
  await sending
  await load.close()
  return measures
}

async function sendFrees(load: Load, frees: number, isOver: () => boolean): Promise<void> {
  for (let n = 0; n < frees && !isOver(); n++) {
    await load.send(nowUs())
    await sleep(FREE_EVERY_MS)
  }
}

/** What two workers saw. */
class Starts {
  readonly #at: number[] = []
  readonly #waits: number[] = []
  readonly #done = Promise.withResolvers<Measures>()
  readonly #jobs: number
  pickUps = 0

  constructor(jobs: number) {
    this.#jobs = jobs
  }

  get done(): Promise<Measures> {
    return this.#done.promise
  }

  readonly free = (sentAtUs: number): void => {
    this.#waits.push((nowUs() - sentAtUs) / 1000)
  }

  readonly limited = (): void => {
    this.#at.push(performance.now())
    if (this.#at.length === this.#jobs) this.#done.resolve(this.#measures())
  }

  #measures(): Measures {
    const [at, waits] = [this.#at, this.#waits.slice(5)]
    let [mostInSecond, from] = [0, 0]
    at.forEach((start, index) => {
      while (start - (at[from] ?? 0) >= 1000) from++
      mostInSecond = Math.max(mostInSecond, index - from + 1)
    })
    const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1000
    const [rate, pickUps] = [(at.length - 1) / seconds, this.pickUps / at.length]
    return { rate, mostInSecond, pickUps, freeP50: percentile(waits, 0.5), freeP99: percentile(waits, 0.99) }
  }
}

async function runTaskq({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const starts = new Starts(params.jobs ?? 0)
  Object.assign(probe, { limited: starts.limited, free: starts.free })
  const app = openApp(redisUrl, SLOTS)
  const onEvent = (event: { name: string; task?: string }) => {
    if (event.name === 'job.started' && event.task === 'bench.Limited') starts.pickUps++
  }
  const workers = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const { worker } = await app.createWorker({ name, queues: [LIMITED_QUEUE], onEvent, onLog: () => {} })
      return worker
    }),
  )
  await Promise.all(workers.map((worker) => worker.start()))
  tell.ready()
  tell.measured(await starts.done)
  await Promise.all(workers.map((worker) => worker.stop()))
  await app.close()
}

async function runRaw({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const starts = new Starts(params.jobs ?? 0)
  const connection = connectRaw(redisUrl)
  const limiter = { max: PER_SECOND, duration: 1000 }
  const limited = async () => {
    starts.pickUps++
    starts.limited()
  }
  const free = async ({ data }: { data: { sentAtUs: number } }) => starts.free(data.sentAtUs)
  const workers = [1, 2].flatMap(() => [
    startRawWorker(connection, RAW_LIMITED, SLOTS, limited, () => {}, { limiter }),
    startRawWorker(connection, LIMITED_QUEUE, SLOTS, free, () => {}),
  ])
  await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  tell.ready()
  tell.measured(await starts.done)
  await Promise.all(workers.map((worker) => worker.close()))
  await connection.quit()
}

/** Fills the backlog, and sends the jobs beside it. */
interface Load {
  fill(jobs: number): Promise<void>
  send(sentAtUs: number): Promise<unknown>
  close(): Promise<void>
}

function taskqLoad(redisUrl: string): Load {
  const app = openApp(redisUrl)
  return {
    fill: async (jobs) => {
      await Promise.all(Array.from({ length: jobs }, () => LimitedTask.delay()))
    },
    send: (sentAtUs) => FreeTask.delay({ sentAtUs }),
    close: () => app.close(),
  }
}

function rawLoad(redisUrl: string): Load {
  const connection = connectRaw(redisUrl)
  const [limited, free] = [openQueue(connection, RAW_LIMITED), openQueue(connection, LIMITED_QUEUE)]
  return {
    fill: async (jobs) => {
      await limited.addBulk(Array.from({ length: jobs }, () => ({ name: 'bench.Limited', data: {} })))
    },
    send: (sentAtUs) => free.add('bench.Free', { sentAtUs }),
    close: async () => {
      await Promise.all([limited.close(), free.close()])
      await connection.quit()
    },
  }
}
