import { setTimeout as sleep } from 'node:timers/promises'
import { openBeat } from '../support/beat-side.ts'
import { enqueuedLateness, SLOT_QUEUE } from '../support/enqueued-slots.ts'
import { connectRaw, openQueue } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import { isSecond, runPair } from '../support/run-pair.ts'
import type { ChildTask, Scenario, Tell } from '../support/scenario.ts'
import { runRawSlots, runTaskqSlots, type SlotWork } from '../support/slot-worker.ts'
import { percentile } from '../support/statistics.ts'
import { openApp, type Schedule } from '../support/taskq-side.ts'

const EVERY_MS = 100
/** Intervals beside each other, at even distances, so that there are enough slots in a short time. */
const INTERVALS = 4
const APART_MS = EVERY_MS / INTERVALS

/** How long after its slot the job of an interval is enqueued, and runs its first line: idle queue, idle worker. */
export const beatDrift: Scenario = {
  name: 'beat-drift',
  title: `beat: drift of ${INTERVALS} intervals of ${EVERY_MS} ms, idle worker`,
  maxRounds: 2,
  countsFirst: true,
  metrics: [
    { key: 'enqueuedP50', title: 'slot → enqueued, p50', unit: 'ms' },
    { key: 'enqueuedP99', title: 'slot → enqueued, p99', unit: 'ms', target: { of: 'taskq', atMost: 100 } },
    { key: 'startedP50', title: 'slot → first line, p50', unit: 'ms' },
    { key: 'startedP99', title: 'slot → first line, p99', unit: 'ms' },
  ],
  run: async ({ redisUrl, admin, quick }, side) => {
    const slots = quick ? 16 : 64
    const task = { scenario: 'beat-drift', side, redisUrl, params: { slots } }
    const [started] =
      side === 'taskq' ? await runPair(task) : [await runChild(task, () => upsertSchedulers(redisUrl, slots))]
    const enqueued = (await enqueuedLateness(admin, side)).slice(warmUpOf(slots))
    return {
      enqueuedP50: percentile(enqueued, 0.5),
      enqueuedP99: percentile(enqueued, 0.99),
      startedP50: started.p50 ?? Number.NaN,
      startedP99: started.p99 ?? Number.NaN,
    }
  },
  child: {
    taskq: (task, tell) => (isSecond(task) ? runBeat(task, tell) : runTaskqSlots(workOf(task), tell)),
    raw: (task, tell) => runRawSlots(workOf(task), tell),
  },
}

const warmUpOf = (slots: number): number => Math.floor((slots * INTERVALS) / 5)

function workOf({ redisUrl, params: { slots = 0 } }: ChildTask): SlotWork {
  return { redisUrl, concurrency: 10, jobs: slots * INTERVALS, warmUp: warmUpOf(slots) }
}

async function runBeat({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { slots = 0 } = params
  const app = openApp(redisUrl, 1, scheduleOf(slots))
  const { promise: done, resolve } = Promise.withResolvers<void>()
  let left = slots * INTERVALS
  const { beat } = await openBeat(app, { onSlot: () => --left === 0 && resolve() })
  await beat.start()
  await done
  tell.measured({})
  await beat.stop()
  await app.close()
}

/** Where the intervals' slots are counted from: an instant long past. */
const GRID_FROM_MS = Date.UTC(2000, 0, 1)

const scheduleOf = (limit: number): Schedule =>
  Object.fromEntries(
    Array.from({ length: INTERVALS }, (_, n) => [
      `interval${n}`,
      { task: 'bench.Slot', every: EVERY_MS, startAt: GRID_FROM_MS + n * APART_MS, limit },
    ]),
  )

/** A scheduler's slots are counted from its first. */
async function upsertSchedulers(redisUrl: string, limit: number): Promise<void> {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, SLOT_QUEUE)
  for (let n = 0; n < INTERVALS; n++) {
    await queue.upsertJobScheduler(`interval${n}`, { every: EVERY_MS, limit }, { name: 'bench.Slot' })
    await sleep(APART_MS)
  }
  await queue.close()
  await connection.quit()
}
