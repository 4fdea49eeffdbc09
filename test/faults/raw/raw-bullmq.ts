import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type ConnectionOptions, Queue, type WorkerOptions } from 'bullmq'
import type { Kit } from '../kit/kit.ts'
import { WorkerProcess } from '../kit/worker-process.ts'

const WORKER = fileURLToPath(new URL('raw-worker.mjs', import.meta.url))

/** The keys of the queue that the rows use. */
export const RAW_KEY = 'bull:raw:'

/** A caller as BullMQ's first page has it. */
export function rawQueue(kit: Kit, connection: ConnectionOptions): Queue {
  const queue = new Queue('raw', { connection })
  queue.on('error', () => {})
  // Not awaited: a caller whose server is away does not close.
  kit.onClose(() => void queue.close().catch(() => {}))
  return queue
}

/** A worker as BullMQ's first page has it, in a process of its own. Await its `ready()`. */
export function rawWorker(
  kit: Kit,
  connection: ConnectionOptions,
  options: Partial<WorkerOptions> = {},
): WorkerProcess {
  const child = spawn(process.execPath, [WORKER], {
    env: { ...kit.env, FAULTS_LEDGER: kit.ledger.file, RAW_WORKER: JSON.stringify({ connection, options }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const worker = new WorkerProcess(child, (pid) => kit.ledger.noteKilled(pid))
  kit.own(worker)
  // Each row names what raw BullMQ must break; this is none of it.
  kit.allow('deaths', 'noise', 'unfinished')
  return worker
}

/** Waits as long for the jobs as taskq's row does; that they are lost is measured afterwards. */
export const settledOrNot = (kit: Kit, timeoutMs: number): Promise<void> =>
  kit.ledger.settled(timeoutMs).catch(() => {})
