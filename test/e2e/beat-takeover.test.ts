import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keysOf } from '../../src/engine/keys.js'
import { CliProject, type RunningProgram } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'

const broker = brokerOfFile()

const ENTRIES = 12
const SECONDS = 100
const KILL_EVERY_MS = 30_000

/** One line per run. `ignoreResult`: a job that has run leaves nothing that would keep a second one out. */
const TASKS = `
import { appendFileSync } from 'node:fs'
import { defineTask } from 'taskq'
export const tick = defineTask({ name: 'tick', ignoreResult: true }, async ({ request: { schedule } }) => {
  appendFileSync('ledger', schedule.name + ' ' + schedule.slot.getTime() + ' ' + Date.now() + '\\n')
})
`
const CONFIG = `
import { defineConfig } from 'taskq/config'
const names = Array.from({ length: ${ENTRIES} }, (_, index) => 'entry-' + index)
export default defineConfig({
  schedule: Object.fromEntries(names.map((name) => [name, { task: 'tick', every: '1s' }])),
})
`

interface Run {
  readonly entry: string
  readonly slotMs: number
  readonly lateMs: number
}

/** A project whose schedule is due twelve times a second, a worker, and as many beats as are asked for. */
class Scene {
  readonly project = new CliProject(broker.url).write('src/tasks/tick.ts', TASKS).write('taskq.config.ts', CONFIG)
  readonly #redis = new Redis(broker.url)
  readonly #beats: RunningProgram[] = []

  constructor() {
    onTestFinished(() => this.#redis.disconnect())
    appendFileSync(this.#ledger, '')
  }

  get #ledger(): string {
    return join(this.project.root, 'ledger')
  }

  async start(...beats: readonly string[]): Promise<void> {
    const worker = this.project.start(['worker', '-c', '20', '--log-format', 'pretty'])
    await worker.printed('is ready')
    for (const _ of beats) await this.addBeat()
  }

  async addBeat(): Promise<RunningProgram> {
    const beat = this.project.start(['beat', '--log-format', 'pretty'])
    this.#beats.push(beat)
    await beat.printed('INFO: beat ')
    return beat
  }

  async leaderPid(): Promise<number | undefined> {
    const facts = await this.#redis.get(keysOf(this.project.env.TASKQ_PREFIX ?? '').beat)
    return facts === null ? undefined : (JSON.parse(facts) as { pid: number }).pid
  }

  /** Kills whoever leads, starts another beat, and tells after how many milliseconds there was a new leader. */
  async killLeader(): Promise<number> {
    const pid = await this.leaderPid()
    const leader = this.#beats.find(({ child }) => child.pid === pid)
    if (leader === undefined) throw new Error(`no beat of ours leads, but process ${pid}`)
    leader.child.kill('SIGKILL')
    const killedAt = performance.now()
    void this.addBeat()
    await expect.poll(() => this.leaderPid(), { timeout: 15_000, interval: 50 }).not.toBe(pid)
    await expect.poll(() => this.leaderPid(), { timeout: 15_000, interval: 50 }).toBeTypeOf('number')
    return performance.now() - killedAt
  }

  /** Ends all beats, and waits until no job is left. */
  async settle(): Promise<void> {
    for (const { child } of this.#beats) child.kill('SIGTERM')
    await Promise.all(this.#beats.map(({ ended }) => ended))
    const keys = keysOf(this.project.env.TASKQ_PREFIX ?? '')
    const left = async () =>
      (await this.#redis.llen(keys.lane('default', 'wait'))) + (await this.#redis.llen(keys.lane('default', 'active')))
    await expect.poll(left, { timeout: 10_000 }).toBe(0)
  }

  runs(): Run[] {
    const lines = readFileSync(this.#ledger, 'utf8').split('\n').filter(Boolean)
    return lines.map((line) => {
      const [entry = '', slot, ranAt] = line.split(' ')
      return { entry, slotMs: Number(slot), lateMs: Number(ranAt) - Number(slot) }
    })
  }
}

describe('two beats, the leader killed every 30 s', () => {
  it('over 1,000 slots: none is missed, none runs twice, and takeover takes at most 10 s', async () => {
    const scene = new Scene()
    await scene.start('first', 'second')
    const takeovers: number[] = []
    for (let killed = 0; killed < 3; killed++) {
      await new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS))
      takeovers.push(await scene.killLeader())
    }
    await expect
      .poll(() => scene.runs().length, { timeout: 60_000, interval: 500 })
      .toBeGreaterThanOrEqual(ENTRIES * SECONDS)
    await scene.settle()
    const byEntry = Map.groupBy(scene.runs(), ({ entry }) => entry)
    expect(byEntry.size).toBe(ENTRIES)
    for (const runs of byEntry.values()) {
      const slots = runs.map(({ slotMs }) => slotMs).sort((a, b) => a - b)
      const first = slots[0] ?? 0
      expect(slots).toEqual(slots.map((_, index) => first + index * 1000))
    }
    expect(Math.max(...takeovers)).toBeLessThanOrEqual(10_000)
    expect(Math.max(...scene.runs().map(({ lateMs }) => lateMs))).toBeLessThanOrEqual(10_000)
  }, 200_000)
})
