import type { WorkerSide } from '../engine/workers/worker-side.js'
import type { Clocks } from './clocks.js'
import type { WorkerOptions } from './worker-options.js'
import type { WorkerParts } from './worker-parts.js'

/** What was counted is told, and the number of slots is thought over, this often. */
const SECOND_MS = 1000
/** New lanes and stored limits, and workflows that stand still, are looked for this often, where nobody says that there are any. */
const LOOK_MS = 5000
/** Finished jobs whose time is over are looked for this often. */
const SWEEP_MS = 30_000

/** Begins what a worker does again and again beside its jobs. `look` sees what has changed in the broker. */
export function keepUp(
  clocks: Clocks,
  { lanes, locks, runner, stats, autoscaler, consumption }: WorkerParts,
  { side, options, look }: { side: WorkerSide; options: WorkerOptions; look: () => Promise<void> },
): void {
  clocks.every(LOOK_MS, look)
  // What is left of the interval is for checks that others made: see consumer.ts.
  clocks.every(options.stallCheckMs * 0.8, async () => {
    // Where this process was frozen, none of its own jobs is to look lost.
    await locks.renewOverdue()
    await lanes.recoverLost()
  })
  clocks.every(SWEEP_MS, () => lanes.sweep())
  // Workflows whose next jobs nobody made: whoever was to is gone.
  clocks.every(LOOK_MS, async () => {
    if (options.workflowDriver !== undefined && (await side.dueWorkflows())) await runner.sweepWorkflows()
  })
  clocks.every(SECOND_MS, () => autoscaler.step())
  clocks.every(SECOND_MS, () => consumption.look())
  // Also while it stops: the jobs that still run are counted as they end.
  clocks.always(SECOND_MS, () => stats.flushInTime())
}
