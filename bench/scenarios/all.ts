import type { Scenario } from '../support/scenario.ts'
import { beatDrift } from './beat-drift.ts'
import { beatIdle } from './beat-idle.ts'
import { beatMany } from './beat-many.ts'
import { beatReconcile } from './beat-reconcile.ts'
import { dashboardCost } from './dashboard.ts'
import { dashboardFrame } from './dashboard-frame.ts'
import { dashboardScenarios } from './dashboard-refresh.ts'
import { deadRetry } from './dead-retry.ts'
import { enqueueScenarios } from './enqueue.ts'
import { fairnessScenarios } from './fairness.ts'
import { idleMemory } from './idle-memory.ts'
import { pickUp } from './pick-up.ts'
import { pool } from './pool.ts'
import { processScenarios } from './process.ts'
import { processWatched } from './process-watched.ts'
import { rateLimit } from './rate-limit.ts'
import { startUpScenarios } from './start-up.ts'
import { workflowScenarios } from './workflow.ts'

/** In the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  ...enqueueScenarios,
  ...processScenarios,
  pool,
  pickUp,
  deadRetry,
  ...fairnessScenarios,
  rateLimit,
  ...workflowScenarios,
  beatDrift,
  beatMany,
  beatReconcile,
  beatIdle,
  ...dashboardScenarios,
  dashboardFrame,
  dashboardCost,
  processWatched,
  idleMemory,
  ...startUpScenarios,
]

export const findScenario = (name: string): Scenario | undefined => SCENARIOS.find((one) => one.name === name)
