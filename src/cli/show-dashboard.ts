import type { App } from '../app/app.js'
import { runDashboard } from '../tui/run-dashboard.js'
import type { ViewName } from '../tui/state.js'
import { THEME_NAMES } from '../tui/theme.js'
import type { DashboardFlags } from './dashboard-flags.js'

/** The dashboard on the terminal, until it is quit. */
export async function showDashboard(app: App, refreshMs: number, flags: DashboardFlags): Promise<void> {
  const dashboard = await app.dashboard()
  try {
    await runDashboard(dashboard, {
      refreshMs,
      readOnly: flags['read-only'],
      theme: flags.theme ?? THEME_NAMES[0] ?? '',
      ascii: flags.ascii || !speaksUnicode(process.env),
      color: !flags['no-color'] && !process.env.NO_COLOR,
      view: flags.view as ViewName,
    })
  } finally {
    await dashboard.close()
  }
}

/** Whether the terminal is said to be UTF-8; where nothing is said, it is taken to be. */
function speaksUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  if (TERM === 'linux' || TERM === 'dumb') return false
  const said = LC_ALL || LC_CTYPE || LANG
  return said === undefined || said === '' || /utf-?8/i.test(said)
}
