import type { App } from '../app/app.js'
import { runDashboard } from '../tui/run-dashboard.js'
import type { ViewName } from '../tui/state.js'
import type { DashboardFlags } from './dashboard-flags.js'
import { lookOf } from './dashboard-look.js'
import { releaseStartMemory } from './release-memory.js'

/** The dashboard on the terminal, until it is quit. */
export async function showDashboard(app: App, refreshMs: number, flags: DashboardFlags): Promise<void> {
  const dashboard = await app.dashboard()
  const stopWaiting = releaseStartMemory(() => true)
  try {
    await runDashboard(dashboard, {
      refreshMs,
      readOnly: flags['read-only'],
      ...lookOf(flags, process.env, true),
      view: flags.view as ViewName,
    })
  } finally {
    stopWaiting()
    await dashboard.close()
  }
}
