import { probe } from '../project/tasks/noop.mjs'
import { SLOT_QUEUE, slotOf } from './enqueued-slots.ts'
import { connectRaw, startRawWorker } from './raw-side.ts'
import type { Tell } from './scenario.ts'
import { epochUs, WaitSamples } from './stamped-load.ts'
import { openApp, startTaskqWorker } from './taskq-side.ts'

/** What a worker of slots' jobs is to do: tell how long after their slots so many jobs ran their first line. */
export interface SlotWork {
  readonly redisUrl: string
  readonly concurrency: number
  readonly jobs: number
  /** How many of them are not counted, the first. */
  readonly warmUp: number
}

/** A taskq worker in this process. */
export async function runTaskqSlots({ redisUrl, concurrency, jobs, warmUp }: SlotWork, tell: Tell): Promise<void> {
  const app = openApp(redisUrl, concurrency)
  const samples = new WaitSamples(jobs, warmUp, epochUs)
  probe.started = samples.started
  const worker = await startTaskqWorker(app, [SLOT_QUEUE], () => {})
  tell.ready()
  tell.measured(await samples.done)
  await worker.stop()
  await app.close()
}

/** A BullMQ Worker in this process: it enqueues the jobs of schedulers, too. */
export async function runRawSlots({ redisUrl, concurrency, jobs, warmUp }: SlotWork, tell: Tell): Promise<void> {
  const connection = connectRaw(redisUrl)
  const samples = new WaitSamples(jobs, warmUp, epochUs)
  const started = async ({ id = '' }: { id?: string }) => samples.started(1000 * slotOf(id))
  const worker = startRawWorker(connection, SLOT_QUEUE, concurrency, started, () => {})
  await worker.waitUntilReady()
  tell.ready()
  tell.measured(await samples.done)
  await worker.close()
  await connection.quit()
}
