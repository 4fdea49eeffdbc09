import { openBeat } from '../support/beat-side.ts'
import { enqueuedLateness, SLOT_QUEUE } from '../support/enqueued-slots.ts'
import { connectRaw, openQueue } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import { isSecond, runPair } from '../support/run-pair.ts'
import type { ChildTask, Scenario, Tell } from '../support/scenario.ts'
import { runRawSlots, runTaskqSlots, type SlotWork } from '../support/slot-worker.ts'
import { epochUs } from '../support/stamped-load.ts'
import { openApp, type Schedule } from '../support/taskq-side.ts'

const HOUR_MS = 3_600_000
const CONCURRENCY = 50
/** Until both sides have stored their entries, also on a busy machine. */
const LEAD_MS = 4000

/** Many entries are due at the same instant: when is the last one's job enqueued, and when does it run? */
export const beatMany: Scenario = {
  name: 'beat-many',
  title: `beat: 1,000 due at once, a worker of concurrency ${CONCURRENCY}`,
  maxRounds: 2,
  countsFirst: true,
  metrics: [
    { key: 'enqueued', title: 'slot → last job enqueued', unit: 'ms' },
    { key: 'started', title: 'slot → last first line', unit: 'ms' },
  ],
  run: async ({ redisUrl, admin, quick }, side) => {
    const params = { entries: quick ? 200 : 1000, slotMs: Date.now() + LEAD_MS }
    const task = { scenario: 'beat-many', side, redisUrl, params }
    if (side === 'taskq') {
      const [worker, beat] = await runPair(task)
      return { ...beat, started: worker.max ?? Number.NaN }
    }
    const worker = await runChild(task, () => upsertSchedulers(redisUrl, params))
    return { enqueued: Math.max(...(await enqueuedLateness(admin, side))), started: worker.max ?? Number.NaN }
  },
  child: {
    taskq: (task, tell) => (isSecond(task) ? runBeat(task, tell) : runTaskqSlots(workOf(task), tell)),
    raw: (task, tell) => runRawSlots(workOf(task), tell),
  },
}

function workOf({ redisUrl, params: { entries = 0 } }: ChildTask): SlotWork {
  return { redisUrl, concurrency: CONCURRENCY, jobs: entries, warmUp: 0 }
}

async function runBeat({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { entries = 0, slotMs = 0 } = params
  const app = openApp(redisUrl, 1, scheduleOf(entries, slotMs))
  const { promise: done, resolve } = Promise.withResolvers<void>()
  let left = entries
  // Beat tells of a slot when its transaction was answered.
  const { beat, leading } = await openBeat(app, { onSlot: () => --left === 0 && resolve() })
  await beat.start()
  await leading
  refuseLate(slotMs)
  await done
  tell.measured({ enqueued: epochUs() / 1000 - slotMs })
  await beat.stop()
  await app.close()
}

const scheduleOf = (entries: number, startAt: number): Schedule =>
  Object.fromEntries(
    Array.from({ length: entries }, (_, n) => [`many${n}`, { task: 'bench.Slot', every: HOUR_MS, startAt }]),
  )

async function upsertSchedulers(redisUrl: string, { entries, slotMs }: { entries: number; slotMs: number }) {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, SLOT_QUEUE)
  const times = { every: HOUR_MS, startDate: slotMs }
  const names = Array.from({ length: entries }, (_, n) => `many${n}`)
  await Promise.all(names.map((name) => queue.upsertJobScheduler(name, times, { name: 'bench.Slot' })))
  refuseLate(slotMs)
  await queue.close()
  await connection.quit()
}

function refuseLate(slotMs: number): void {
  if (Date.now() >= slotMs) throw new Error(`the entries were not stored within ${LEAD_MS} ms`)
}
