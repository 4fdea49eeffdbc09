import type { Logger } from 'pino'
import type { App } from '../app/app.js'
import { createLogger } from '../app/logger.js'
import { packageVersion } from '../app/version.js'
import { logTaskLines, logWorkerEvents } from '../app/worker-log.js'
import { slotsOf, type WorkerRequest } from '../app/worker-request.js'
import type { Beat } from '../beat/beat.js'
import type { WorkerEventSink } from '../events/worker-event.js'
import type { Worker } from '../worker/worker.js'
import { presentBanner } from './presenters/worker.js'
import { releaseStartMemory } from './release-memory.js'
import { discoverAll, greet, STOPPED_EARLY } from './service-start.js'
import { listenForStop } from './stop-signals.js'
import { watchForAccidents } from './worker-accidents.js'
import type { TellingPlace } from './worker-flags.js'
import { startTelling } from './worker-telling.js'

/** What `taskq worker` was asked for. */
export interface WorkerRun extends Omit<WorkerRequest, 'onEvent' | 'onLog'> {
  /** Whether Beat runs in the same process. */
  readonly beat: boolean
  /** Where its metrics and its health are served. Default: nowhere. */
  readonly metrics?: TellingPlace
  /** Where its health alone is served. Default: nowhere. */
  readonly health?: TellingPlace
}

/**
 * The life of `taskq worker`: discover → connect → banner → work → stop. Its metrics and health are told from before it
 * connects until it has stopped.
 *
 * @throws TaskqError `TASKQ_DISCOVERY_FAILED` where a task file cannot be imported: its jobs would wait unseen;
 *   `TASKQ_SCHEDULE_INVALID` where Beat runs too, and an entry can never work; `TASKQ_METRICS_LISTEN`;
 *   `TASKQ_WORKER_STUCK` where it took no jobs for a minute, though it could
 */
export async function runWorker(app: App, wanted: WorkerRun): Promise<void> {
  const log = await createLogger(app.config.log)
  const running: Running = {}
  listenForStop(stepsOf(running, log, app.config.worker.shutdownTimeoutMs))
  const discovery = await discoverAll(app, 'worker')
  const tasks = discovery.tasks.map(({ definition }) => definition.name)
  const telling = await startTelling(app, log, { ...wanted, tasks, worker: () => running.worker })
  try {
    await work(app, log, wanted, { running, tasks, onEvent: telling.onEvent })
  } finally {
    await telling.stop()
  }
}

interface Running {
  worker?: Worker
  beat?: Beat
}

async function work(
  app: App,
  log: Logger,
  { beat: withBeat, ...wanted }: WorkerRun,
  { running, tasks, onEvent }: { running: Running; tasks: readonly string[]; onEvent: WorkerEventSink },
): Promise<void> {
  const beat = withBeat ? await createBeat(app, log) : undefined
  const logEvent = logWorkerEvents(log)
  const { worker, queues, name, brokerInfo } = await app.createWorker({
    ...wanted,
    onEvent: (event) => {
      onEvent(event)
      logEvent(event)
    },
    onLog: logTaskLines(log),
  })
  const facts = {
    name,
    queues,
    version: packageVersion(),
    ...slotsOf(app.config, wanted),
    pool: app.config.worker.pool,
    tasks,
  }
  await greet(app, log, facts, presentBanner, brokerInfo)
  running.worker = worker
  if (beat !== undefined) running.beat = beat
  const endWatch = watchForAccidents(worker, log)
  try {
    await beat?.start()
    await worker.start()
    // It may have been stopped while it began.
    if (worker.state === 'working') log.info(`${name} is ready`)
    const stopWaiting = releaseStartMemory(() => worker.counts.active === 0)
    await Promise.race([worker.done, worker.outlived])
    stopWaiting()
  } finally {
    endWatch()
    await beat?.stop()
  }
  const { succeeded, failed } = worker.counts
  log.info(`${name} has ended: ${succeeded} succeeded, ${failed} failed`)
  if (worker.failure !== undefined) throw worker.failure
  if (worker.state !== 'stopped') await endNow()
}

/** Tasks were given back whose code goes on here, while others run them: nothing that is left to close is worth that. */
const endNow = (): Promise<never> =>
  new Promise(() => process.stdout.write('', () => process.stderr.write('', () => process.exit())))

async function createBeat(app: App, log: Logger): Promise<Beat> {
  const { logBeatEvents } = await import('../app/beat-log.js')
  return (await app.createBeat(logBeatEvents(log))).beat
}

/** What the signals do, one after the other. Before the worker works there is nothing to tidy up. */
function stepsOf(running: Readonly<Running>, log: Logger, shutdownMs: number) {
  return [
    () => {
      if (running.worker === undefined) process.exit(STOPPED_EARLY)
      const { active } = running.worker.counts
      const seconds = Math.round(shutdownMs / 1000)
      log.warn(`shutting down: ${active} running, up to ${seconds}s for them; signal again to give them back now`)
      void running.beat?.stop()
      void running.worker.stop()
    },
    () => {
      log.warn('giving running jobs back now; signal again to end at once')
      running.worker?.hurry()
    },
  ]
}
