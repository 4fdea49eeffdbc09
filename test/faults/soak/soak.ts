import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import type { TaskqConfig } from '../../../dist/config/taskq-config.js'
import type { Kit } from '../kit/kit.ts'
import type { RedisServerOptions } from '../kit/redis-server.ts'
import { Program } from '../kit/worker-process.ts'
import { deadLetters, jobsInTwoPlaces, leftInBroker } from './broker-state.ts'
import { Chaos } from './chaos.ts'
import { Fleet } from './fleet.ts'
import { judge } from './judge.ts'
import { LongLived } from './long-lived.ts'
import { JUDGED_FLAGS } from './memory.ts'
import type { ProducerOrder } from './producer.ts'
import { SoakLedger } from './soak-ledger.ts'

/** How a soak is run. */
export interface SoakOptions {
  readonly minutes: number
  readonly seed: number
  readonly tasksPerMinute: number
  readonly workers: number
  readonly appendfsync: RedisServerOptions['appendfsync']
  /** Each run keeps so many bytes for ever: to see that the soak notices. */
  readonly leakBytes: number
  readonly tell: (line: string) => void
}

const PRODUCER = fileURLToPath(new URL('producer.ts', import.meta.url))
const LOOK_MS = 2000
/** How often all places of all jobs are compared. */
const COMPARE_EVERY = 5
/** What is on its way when the faults end must be done after so long. */
const DRAIN_MS = 120_000
/** Lets workers work and breaks things for a while; measures what came of it. */
export async function soak(kit: Kit, options: SoakOptions): Promise<void> {
  const { tell } = options
  const redis = await kit.redis({ appendfsync: options.appendfsync ?? 'always' })
  const [near, far] = [await kit.proxy(redis), await kit.proxy(redis)]
  const acks = join(kit.dir, 'acks')
  writeFileSync(acks, '')
  const ledger = new SoakLedger(kit.ledger.file, acks)
  const config = configOf(near.url)
  const fleet = new Fleet(kit.project(config), options.workers, ledger, {
    SOAK_LEAK_BYTES: String(options.leakBytes),
  })
  await workersAt(redis.admin, options.workers)
  const producer = startProducer(kit, options, { ...config, broker: far.url }, acks)
  const memory = new LongLived({ worker: fleet.elder.pid, producer: producer.pid })
  const chaos = new Chaos({ redis, proxies: [near, far], fleet }, kit.random)
  const over = AbortSignal.timeout(options.minutes * 60_000)
  const places = new Set<string>()
  const looking = look(over, async (round) => {
    ledger.read()
    memory.sample()
    if (round % COMPARE_EVERY !== 0) return
    for (const place of await jobsInTwoPlaces(redis.admin)) places.add(place)
    if (round % (COMPARE_EVERY * 3) === 0) tell(progress(ledger))
  })
  const started = performance.now()
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1)
  await chaos.run(over, (fault) => tell(`${seconds().padStart(7)} s  ${fault}`))
  await looking
  memory.stop()

  tell(`${seconds().padStart(7)} s  no more faults; waiting for what is on its way`)
  ledger.read()
  const { worstGapMs } = ledger
  const producerGone = producer.exit !== undefined
  producer.signal('SIGTERM')
  await producer.exited
  await drained(ledger)
  const left = await settledState(redis.admin)
  const dead = await deadLetters(redis.admin)
  for (const { id } of dead) ledger.bury(id)
  await fleet.close()
  ledger.read()
  judge(kit, {
    ...options,
    ledger,
    places: [...places],
    left,
    dead,
    fleet,
    producer,
    producerGone,
    memory,
    worstGapMs,
    longestFaultMs: chaos.longestMs,
  })
  for (const [fault, times] of chaos.counts) tell(`  ${String(times).padStart(5)} × ${fault}`)
  ledger.close()
}

function configOf(broker: string): TaskqConfig {
  return {
    broker,
    tasks: ['soak/*.mjs'],
    queues: { urgent: { priorities: true } },
    worker: { shutdownTimeout: '2s' },
    // So short that results go while the soak goes on.
    results: { ttl: '2m' },
    log: { level: 'warn' },
  }
}

function startProducer(kit: Kit, options: SoakOptions, config: TaskqConfig, acks: string): Program {
  const order: ProducerOrder = { config, acks, perSecond: options.tasksPerMinute / 60, seed: options.seed }
  const child = spawn(process.execPath, [...JUDGED_FLAGS, PRODUCER], {
    env: { ...kit.env, SOAK_PRODUCER: JSON.stringify(order) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const program = new Program(child, () => {})
  kit.own(program)
  return program
}

/** Resolves when so many workers have told of themselves. */
async function workersAt(redis: Redis, count: number): Promise<void> {
  while ((await redis.zcard('{taskq}~workers')) < count) await setTimeout(100)
}

/** Looks again and again, until it is over; a broker that is away is asked the next time. */
async function look(over: AbortSignal, once: (round: number) => Promise<void>): Promise<void> {
  for (let round = 1; !over.aborted; round++) {
    await setTimeout(LOOK_MS, undefined, { signal: over }).catch(() => {})
    await once(round)
  }
}

/** Resolves when all that was acked has ended, or has had time enough. */
async function drained(ledger: SoakLedger): Promise<void> {
  const deadline = Date.now() + DRAIN_MS
  do {
    await setTimeout(500)
    ledger.read()
  } while (ledger.lost().length > 0 && Date.now() < deadline)
}

/** What is left in the broker when the workers have had time to tidy up. */
async function settledState(redis: Redis): Promise<string[]> {
  const deadline = Date.now() + DRAIN_MS
  for (;;) {
    const left = await leftInBroker(redis)
    if (left.length === 0 || Date.now() > deadline) return left
    await setTimeout(1000)
  }
}

const progress = (ledger: SoakLedger): string =>
  `           ${ledger.acked} acked, ${ledger.runs} runs, ${ledger.lost().length} on their way`
