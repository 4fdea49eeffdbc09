import type { Logger } from 'pino'
import type { App } from '../app/app.js'
import { createLogger } from '../app/logger.js'
import { packageVersion } from '../app/version.js'
import { logTaskLines, logWorkerEvents } from '../app/worker-log.js'
import type { WorkerRequest } from '../app/worker-request.js'
import { judgeEviction, requireSupported } from '../control/broker-fitness.js'
import type { Discovery } from '../discovery/discover-tasks.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { Worker } from '../worker/worker.js'
import { presentFailures } from './presenters/list.js'
import { type BannerFacts, presentBanner } from './presenters/worker.js'
import { releaseStartMemory } from './release-memory.js'
import { listenForStop } from './stop-signals.js'
import { watchForAccidents } from './worker-accidents.js'

/**
 * The life of `taskq worker`: discover → connect → banner → work → stop.
 *
 * @throws TaskqError `TASKQ_DISCOVERY_FAILED` where a task file cannot be imported: its jobs would wait unseen
 */
export async function runWorker(app: App, wanted: Omit<WorkerRequest, 'onEvent' | 'onLog'>): Promise<void> {
  const log = await createLogger(app.config.log)
  const running: { worker?: Worker } = {}
  listenForStop(stepsOf(running, log, app.config.worker.shutdownTimeoutMs))
  const discovery = await app.discover()
  refuseFailures(app, discovery)
  const { worker, queues, name } = await app.createWorker({
    ...wanted,
    onEvent: logWorkerEvents(log),
    onLog: logTaskLines(log),
  })
  const concurrency = wanted.once === true ? 1 : app.config.worker.concurrency
  await welcome(app, log, { name, queues, concurrency, discovery })
  running.worker = worker
  const endWatch = watchForAccidents(worker, log)
  try {
    await worker.start()
    log.info(`${name} is ready`)
    const stopWaiting = releaseStartMemory(() => worker.counts.active === 0)
    await worker.done
    stopWaiting()
  } finally {
    endWatch()
  }
  const { succeeded, failed } = worker.counts
  log.info(`${name} has ended: ${succeeded} succeeded, ${failed} failed`)
}

function refuseFailures(app: App, { failures }: Discovery): void {
  if (failures.length === 0) return
  throw new TaskqError(
    'TASKQ_DISCOVERY_FAILED',
    `task files cannot be used, so the worker does not start:\n${presentFailures(failures, app.config.root)}`,
    { hint: 'Correct them, or leave them out by tasks in the config; jobs of their tasks would wait unseen.' },
  )
}

async function welcome(
  app: App,
  log: Logger,
  known: Pick<BannerFacts, 'name' | 'queues' | 'concurrency'> & { discovery: Discovery },
): Promise<void> {
  const [{ redis }, engine] = await Promise.all([app.broker(), app.engine()])
  // A user who may not ask for it (INFO) can still run jobs.
  const info = await engine.brokerInfo().catch(() => undefined)
  if (info !== undefined) requireSupported(info, redis.label)
  const facts: BannerFacts = {
    name: known.name,
    queues: known.queues,
    version: packageVersion(),
    broker: redis.label,
    concurrency: known.concurrency,
    tasks: known.discovery.tasks.map(({ definition }) => definition.name),
  }
  if (app.config.log.format === 'json') log.info({ ...facts, pid: process.pid }, `${known.name} starts`)
  else await write(`${presentBanner(facts)}\n`)
  if (info === undefined || app.config.broker.kind === 'embedded') return
  const { status, detail } = judgeEviction(info)
  if (status !== 'ok') log.warn(`broker: ${detail}`)
}

/** Waits until it is written: a reader who has gone is noticed before the first job is taken. */
const write = (text: string): Promise<void> => new Promise((resolve) => process.stdout.write(text, () => resolve()))

/** What the signals do, one after the other. Before the worker works there is nothing to tidy up. */
function stepsOf(running: { readonly worker?: Worker }, log: Logger, shutdownMs: number) {
  return [
    () => {
      if (running.worker === undefined) process.exit(STOPPED_EARLY)
      const { active } = running.worker.counts
      const seconds = Math.round(shutdownMs / 1000)
      log.warn(`shutting down: ${active} running, up to ${seconds}s for them; signal again to give them back now`)
      void running.worker.stop()
    },
    () => {
      log.warn('giving running jobs back now; signal again to end at once')
      running.worker?.hurry()
    },
  ]
}

/** As a process that SIGTERM ended. */
const STOPPED_EARLY = 143
