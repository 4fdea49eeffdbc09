import type { Engine } from '../engine/engine.js'
import { type SteerReport, type SteerRequest, steerWorkers } from './steer.js'

/** Asks workers whether they answer. @throws TaskqError `TASKQ_CONTROL_NO_WORKER` */
export const inspectPing = (engine: Engine, request: SteerRequest = {}): Promise<SteerReport> =>
  steerWorkers(engine, { name: 'ping' }, request)

/** Asks workers for their settings, which are the `data` of their answers. @throws TaskqError `TASKQ_CONTROL_NO_WORKER` */
export const inspectConf = (engine: Engine, request: SteerRequest = {}): Promise<SteerReport> =>
  steerWorkers(engine, { name: 'conf' }, request)
