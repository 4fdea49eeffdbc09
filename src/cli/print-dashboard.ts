import type { App } from '../app/app.js'
import { renderSnapshot } from '../tui/snapshot.js'
import { createTheme } from '../tui/theme.js'
import type { DashboardFlags } from './dashboard-flags.js'
import { lookOf } from './dashboard-look.js'

/** As wide as what reads a pipe can be thought to be. */
const WIDTH = 120
/** So many workflows are told of. */
const NEWEST = 10

/** What goes on now, for people. */
export async function printDashboard(app: App, flags: DashboardFlags, print: (text: string) => void): Promise<void> {
  const dashboard = await app.dashboard()
  try {
    const [overview, schedules, workflows] = await Promise.all([
      dashboard.overview(),
      dashboard.schedules(),
      dashboard.workflows(NEWEST),
    ])
    const { columns = WIDTH, isTTY = false } = process.stdout
    const lines = renderSnapshot(
      { overview, schedules, workflows: workflows.rows },
      columns,
      createTheme(lookOf(flags, process.env, isTTY)),
    )
    print(lines.join('\n'))
  } finally {
    await dashboard.close()
  }
}
