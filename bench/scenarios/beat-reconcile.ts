import { idlePattern, idleSchedule, openBeat } from '../support/beat-side.ts'
import { countWrites } from '../support/count-writes.ts'
import { SLOT_QUEUE } from '../support/enqueued-slots.ts'
import { connectRaw, openQueue } from '../support/raw-side.ts'
import { runChild } from '../support/run-child.ts'
import type { ChildTask, Scenario, Tell } from '../support/scenario.ts'
import { openApp } from '../support/taskq-side.ts'

/** From the start of a beat until it leads, in a new process: the first time, and again when nothing has changed. */
export const beatReconcile: Scenario = {
  name: 'beat-reconcile',
  title: 'beat: 1,000 entries brought in line with the code, against 1,000 upserts',
  maxRounds: 3,
  metrics: [
    { key: 'first', title: 'all new', unit: 'ms', target: { of: 'taskq', atMost: 1000 } },
    { key: 'again', title: 'a takeover, nothing changed', unit: 'ms', target: { of: 'taskq', atMost: 1000 } },
    { key: 'writes', title: 'the same, writes in Redis', unit: 'commands', target: { of: 'taskq', atMost: 0 } },
  ],
  run: async ({ redisUrl, quick }, side) => {
    const task = { scenario: 'beat-reconcile', side, redisUrl, params: { entries: quick ? 200 : 1000 } }
    const first = await runChild(task)
    const again = await runChild(task)
    return { first: first.ms ?? Number.NaN, again: again.ms ?? Number.NaN, writes: again.writes ?? Number.NaN }
  },
  child: { taskq: runTaskq, raw: runRaw },
}

async function runTaskq({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const app = openApp(redisUrl, 1, idleSchedule(params.entries ?? 0))
  const { beat, leading } = await openBeat(app)
  await measure(redisUrl, tell, async () => {
    await beat.start()
    await leading
  })
  await beat.stop()
  await app.close()
}

async function runRaw({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const connection = connectRaw(redisUrl)
  const queue = openQueue(connection, SLOT_QUEUE)
  await queue.waitUntilReady()
  const numbers = Array.from({ length: params.entries ?? 0 }, (_, n) => n)
  const upsert = (n: number) =>
    queue.upsertJobScheduler(`idle${n}`, { pattern: idlePattern(n), tz: 'UTC' }, { name: 'bench.Slot' })
  await measure(redisUrl, tell, () => Promise.all(numbers.map(upsert)))
  await queue.close()
  await connection.quit()
}

async function measure(redisUrl: string, tell: Tell, work: () => Promise<unknown>): Promise<void> {
  let ms = Number.NaN
  const writes = await countWrites(redisUrl, async () => {
    const startedAt = performance.now()
    await work()
    ms = performance.now() - startedAt
  })
  tell.measured({ ms, writes })
}
