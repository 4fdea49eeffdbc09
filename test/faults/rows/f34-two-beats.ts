import { setTimeout } from 'node:timers/promises'
import type { TaskqConfig } from '../../../dist/config/taskq-config.js'
import { readLeader } from '../../../dist/control/schedules-leader.js'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import type { Program } from '../kit/worker-process.ts'

const ENTRIES = 10
const EVERY_MS = 200
const TICKS = 1000
const TAKEOVER_MS = 10_000

export const row: FaultRow = {
  id: 'F34',
  fault: 'two beats, of which the leader is killed (kill -9)',
  promise: 'each slot of each schedule is enqueued exactly once, and the other beat takes over within 10 s',
  repetitions: 3,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project(configOf(redis.url))
    const worker = await project.worker(['--concurrency', '50']).ready()
    const beats = new Map<number, Program>()
    const startBeat = () => {
      const beat = project.start(['beat'])
      beats.set(beat.pid, beat)
    }
    startBeat()
    startBeat()
    const takeovers: number[] = []
    for (let kill = 0; kill < kit.repetitions; kill++) {
      const seen = kit.ledger.starts().length
      await kit.ledger.until(() => kit.ledger.starts().length > seen + 100 || undefined, 30_000, 'slots to run')
      const leader = beats.get((await leaderOf(project)) ?? 0)
      if (leader === undefined) throw new Error('none of the beats leads')
      beats.delete(leader.pid)
      await leader.kill()
      const killedAt = Date.now()
      startBeat()
      const { at } = await kit.ledger.line(({ what, id }) => what === 'start' && slotOf(id).at > killedAt)
      takeovers.push(at - killedAt)
    }
    await kit.ledger.until(() => kit.ledger.starts().length >= TICKS || undefined, 60_000, `${TICKS} slots`)
    await Promise.all([...beats.values()].map((beat) => beat.stop()))
    await idle(project)
    await worker.stop()
    measure(kit, takeovers)
  },
}

function measure(kit: Kit, takeovers: readonly number[]): void {
  const slots = kit.ledger.starts().map(({ id }) => slotOf(id))
  for (const entry of new Set(slots.map(({ entry }) => entry))) {
    const times = slots.filter((slot) => slot.entry === entry).map(({ at }) => at)
    // Every one from the first to the last is owed, whoever led.
    const last = Math.max(...times)
    for (let at = Math.min(...times); at <= last; at += EVERY_MS) kit.ledger.ack(idOf(entry, at))
  }
  const { acked, runs } = kit.tally()
  kit.measure('slots', acked, { atLeast: TICKS })
  kit.measure('runs', runs, { exactly: acked })
  kit.measure('schedules', new Set(slots.map(({ entry }) => entry)).size, { exactly: ENTRIES })
  kit.measure('longest takeover', Math.max(...takeovers), { atMost: TAKEOVER_MS, unit: 'ms' })
}

function configOf(broker: string): TaskqConfig {
  const names = Array.from({ length: ENTRIES }, (_, at) => `tick-${at}`)
  const schedule = Object.fromEntries(names.map((name) => [name, { task: 'work', every: EVERY_MS, misfire: 'all' }]))
  return { broker, schedule: schedule as TaskqConfig['schedule'] & {} }
}

/** The process that leads. */
async function leaderOf(project: Project): Promise<number | undefined> {
  const store = (await project.app.engine()).openSchedules()
  try {
    return (await readLeader(store))?.pid
  } finally {
    await store.close()
  }
}

/** Resolves when all that was enqueued has ended. */
async function idle(project: Project): Promise<void> {
  const engine = await project.app.engine()
  for (;;) {
    const { queues } = await engine.queueOverviews()
    if (queues.every(({ queued, active, scheduled }) => queued + active + scheduled === 0)) return
    await setTimeout(50)
  }
}

/** `tick-3@20261122T021500.200Z` */
function slotOf(id: string): { readonly entry: string; readonly at: number } {
  const [, entry = '', day = '', time = '', rest = ''] = /^(.*)@(\d{8})T(\d{6})(\.\d{3})?Z/.exec(id) ?? []
  const date = day.replace(/^(....)(..)/, '$1-$2-')
  return { entry, at: Date.parse(`${date}T${time.replace(/^(..)(..)/, '$1:$2:')}${rest}Z`) }
}

function idOf(entry: string, at: number): string {
  const [seconds = '', rest = ''] = new Date(at).toISOString().replaceAll(/[-:]/g, '').split('.')
  return `${entry}@${seconds}${rest === '000Z' ? 'Z' : `.${rest}`}`
}
