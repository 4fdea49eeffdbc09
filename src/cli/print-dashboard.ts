import type { App } from '../app/app.js'
import { renderSnapshot } from '../tui/snapshot.js'
import { createTheme } from '../tui/theme.js'
import type { DashboardFlags } from './dashboard-flags.js'
import { lookOf } from './dashboard-look.js'
import { readOverview } from './presenters/overview.js'

/** As wide as what reads a pipe can be thought to be. */
const WIDTH = 120

/** What goes on now, for people. */
export async function printDashboard(app: App, flags: DashboardFlags, print: (text: string) => void): Promise<void> {
  const dashboard = await app.dashboard()
  try {
    const [look, schedules] = await Promise.all([readOverview(dashboard), dashboard.schedules()])
    const { columns = WIDTH, isTTY = false } = process.stdout
    const lines = renderSnapshot({ ...look, schedules }, columns, createTheme(lookOf(flags, process.env, isTTY)))
    print(lines.join('\n'))
  } finally {
    await dashboard.close()
  }
}
