import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { defineTask } from '../../src/task/define-task.js'
import type { WorkflowResult } from '../../src/task/workflow-result.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const CHILD = fileURLToPath(new URL('../support/workflow-child.ts', import.meta.url))
/** Quicker than the defaults, so that the test is. */
const worker = { lock: 1000, stallCheck: 100, concurrency: 4 } as const
const KILLS = 6
const CHAINS = 30
const LINKS = 6
const CHORDS = 12
const MEMBERS = 8

const elsewhere = () => 0
const step = defineTask({ name: 'step' }, (_, _value: number): number => elsewhere())
const sum = defineTask({ name: 'sum' }, (_, _all: readonly number[]): number => elsewhere())
const passOn = defineTask({ name: 'passOn' }, (_, _value: number): number => elsewhere())

/** Workers in processes of their own, and how often each job's task has ended. */
class Workers {
  readonly ends = new Map<string, number>()
  readonly #children: ChildProcess[] = []

  constructor(private readonly app: TestApp) {
    onTestFinished(() => {
      for (const child of this.#children) child.kill('SIGKILL')
    })
  }

  async start(): Promise<void> {
    const config = JSON.stringify({ broker: broker.url, prefix: this.app.config.prefix, worker })
    const child = spawn(process.execPath, ['--no-warnings', CHILD, config], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#children.push(child)
    const lines = createInterface({ input: child.stdout })
    const isReady = once(lines, 'line')
    await isReady
    lines.on('line', (id) => this.ends.set(id, (this.ends.get(id) ?? 0) + 1))
  }

  /** Kills the one that has run longest, and starts another. */
  async killOne(): Promise<void> {
    this.#children.shift()?.kill('SIGKILL')
    await this.start()
  }
}

type AnyChain = (...links: unknown[]) => { delay(): Promise<WorkflowResult<number>> }

function chainOfSteps(from: number): ReturnType<AnyChain> {
  const later = Array.from({ length: LINKS - 1 }, () => step.s())
  return (chain as unknown as AnyChain)(step.s(from), ...later)
}

test('workers that are killed lose no workflow, and run nothing twice but what they died in', async ({ skip }) => {
  skip(noRedis !== undefined, noRedis)
  const app = testApp(broker, { tasks: [step, sum, passOn], config: { worker } })
  const workers = new Workers(app)
  await Promise.all([workers.start(), workers.start()])
  const begun: [Promise<WorkflowResult<number>>, number][] = []
  for (let from = 0; from < CHAINS; from++) begun.push([chainOfSteps(from).delay(), from + LINKS])
  for (let from = 0; from < CHORDS; from++) {
    const header = Array.from({ length: MEMBERS }, (_, n) => step.s(from + n))
    const total = MEMBERS * (from + 1) + (MEMBERS * (MEMBERS - 1)) / 2
    begun.push([chord(header, sum.s()).delay(), total])
    begun.push([chain(passOn.s(from), step.s()).delay(), from + 2])
  }
  const results = await Promise.all(begun.map(([result]) => result))
  for (let kill = 0; kill < KILLS; kill++) {
    await setTimeout(150)
    await workers.killOne()
  }
  const values = await Promise.all(results.map((result) => result.get({ timeout: '120s' })))
  expect(values).toEqual(begun.map(([, expected]) => expected))
  const jobs = CHAINS * LINKS + CHORDS * (MEMBERS + 1 + 2)
  expect(workers.ends.size, 'jobs whose tasks have ended').toBe(jobs)
  const twice = [...workers.ends.values()].filter((ends) => ends > 1)
  expect(twice.length).toBeLessThanOrEqual(KILLS * worker.concurrency)
  expect(await app.redis.zcard(app.keys.workflows), 'workflows that are still looked after').toBe(0)
}, 180_000)
