import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { close, configure, getResult, JobFailedError, sendTask } from 'taskq'
import { showProgress } from './progress.ts'
import { findFaults, formatReport, type Report } from './report.ts'
import { type Sabotage, type Sink, startSink } from './sink.ts'
import config from './taskq.config.ts'
import type { ImportReport } from './tasks/import-subscribers.ts'
import { readStatus, startWorker, type WorkerProcess } from './worker-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const CONFIG = 'examples/newsletter/taskq.config.ts'
const LIST = join(import.meta.dirname, 'subscribers.csv')
/** How long the whole list may take. */
const PATIENCE = '60s'
/** So many jobs are waited for at once. */
const FOLLOWERS = 20

const startedAt = performance.now()
// Names this run's mails, so that those of a run that was broken off are not counted.
const edition = randomUUID()

process.chdir(ROOT)
// The same file that the worker reads. This process has no task's code: it sends jobs by name.
configure(config)
const sink = await startSink(edition, process.env.DEMO_SABOTAGE as Sabotage | undefined)
let worker: WorkerProcess | undefined
let stopProgress: (() => void) | undefined
let broken = false

process.on('SIGINT', () => breakOff(130)).on('SIGTERM', () => breakOff(143))
// Who read this has gone: npm run demo | head -3
process.stdout.on('error', () => breakOff(1))

try {
  const { broker } = await chooseBroker()
  worker = await startWorker(ROOT, CONFIG, sink.url)
  console.log(`Sending the newsletter on ${broker.label}`)
  const sent = await Promise.race([send(), worker.lost])
  const elapsedMs = performance.now() - startedAt
  // Counted when the worker has ended: then no mail can come any more.
  await cleanUp()
  process.exitCode = judge({ ...sent, ...countDelivered(sink), elapsedMs, broker: broker.label })
} catch (error) {
  await cleanUp()
  if (!broken) console.error(error)
  process.exitCode ??= 1
}

/** The broker that is configured, or the embedded one. Another demo's worker would send our mails to its own sink. */
async function chooseBroker() {
  const status = await readStatus(ROOT, CONFIG)
  if (status.workers.length === 0) return status
  const { name, pid } = status.workers[0] ?? {}
  throw new Error(`a demo is running here already (${name}, process ${pid}); try again when it has ended`)
}

/** Sends the list and waits until each mail's job is done. */
async function send() {
  const rows = countRows(await readFile(LIST, 'utf8'))
  stopProgress = showProgress(sink, rows)
  const imported = await sendTask<ImportReport>('ImportSubscribers', [LIST, edition], { queue: 'newsletters' })
  const { jobs, rejected } = await imported.get({ timeout: PATIENCE })
  const settled = await settle(jobs)
  await imported.forget()
  const jobsPerSecond = (1000 * (jobs.length - 1)) / (sink.lastAt - sink.firstAt)
  return { rows, accepted: jobs.length, rejected, ...settled, jobsPerSecond }
}

/** Waits for the jobs, a few at a time, and drops them. Says how many needed a second try, and what failed. */
async function settle(jobs: readonly string[]): Promise<{ retried: number; failed: string[] }> {
  const failed: string[] = []
  let retried = 0
  const waiting = jobs.values()
  const follow = async () => {
    for (const id of waiting) {
      const mail = await getResult<{ attempt: number }>(id)
      try {
        const { attempt } = await mail.get({ timeout: PATIENCE })
        if (attempt > 1) retried++
      } catch (error) {
        if (!(error instanceof JobFailedError)) throw error
        failed.push(error.message)
      }
      await mail.forget()
    }
  }
  await Promise.all(Array.from({ length: FOLLOWERS }, follow))
  return { retried, failed }
}

function countDelivered({ accepted }: Sink): { delivered: number; duplicates: number } {
  const mails = [...accepted.values()].reduce((sum, times) => sum + times, 0)
  return { delivered: accepted.size, duplicates: mails - accepted.size }
}

/** Counted here again, and not taken from the import, so that a row that it loses is noticed. */
function countRows(csv: string): number {
  return csv.split('\n').filter((line) => line !== '').length - 1
}

/** Prints the report; the exit code. */
function judge(report: Report): 0 | 1 {
  console.log(`\n${formatReport(report)}`)
  const faults = findFaults(report)
  for (const fault of faults) console.error(`\nWrong: ${fault}`)
  return faults.length === 0 ? 0 : 1
}

async function breakOff(exitCode: number): Promise<void> {
  if (broken) return
  broken = true
  console.error('\nStopping. Mails that still wait are sent by the next run.')
  await cleanUp()
  process.exit(exitCode)
}

async function cleanUp(): Promise<void> {
  stopProgress?.()
  stopProgress = undefined
  await worker?.stop()
  await sink.close()
  await close()
}
