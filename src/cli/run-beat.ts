import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { App } from '../app/app.js'
import { logBeatEvents } from '../app/beat-log.js'
import { createLogger } from '../app/logger.js'
import { packageVersion } from '../app/version.js'
import type { Beat } from '../beat/beat.js'
import { presentBeatBanner } from './presenters/beat.js'
import { discoverAll, greet, STOPPED_EARLY } from './service-start.js'
import { listenForStop } from './stop-signals.js'

/**
 * The life of `taskq beat`: discover → check the schedule → banner → enqueue what is due → stop.
 *
 * @throws TaskqError `TASKQ_DISCOVERY_FAILED` where a task file cannot be imported: its schedule entries would be taken
 *   for removed; `TASKQ_SCHEDULE_INVALID` naming every entry that can never work
 */
export async function runBeat(app: App): Promise<void> {
  const log = await createLogger(app.config.log)
  const running: { beat?: Beat } = {}
  listenForStop(stepsOf(running, log))
  await discoverAll(app, 'beat')
  const { beat, entries } = await app.createBeat(logBeatEvents(log))
  const schedule = entries.map(({ name, task }) => ({ name, task }))
  const facts = { name: `beat@${hostname()}`, version: packageVersion(), schedule }
  const brokerInfo = async () => (await app.engine()).brokerInfo()
  await greet(app, log, facts, (all) => presentBeatBanner(all, entries), brokerInfo)
  running.beat = beat
  await beat.start()
  await beat.done
  log.info('beat has ended')
}

/** What a signal does. Before Beat runs there is nothing to hand over. */
function stepsOf(running: { readonly beat?: Beat }, log: Logger) {
  return [
    () => {
      if (running.beat === undefined) process.exit(STOPPED_EARLY)
      log.info('beat ends, and hands over')
      void running.beat.stop()
    },
  ]
}
