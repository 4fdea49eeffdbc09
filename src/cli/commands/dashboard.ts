import { AppCommand } from '../app-command.js'
import { dashboardFlags, readRefresh } from '../dashboard-flags.js'

/** `taskq dashboard`: everything that is alive, on one screen. */
export default class Dashboard extends AppCommand {
  static override aliases = ['top']
  static override summary = 'Watch and steer everything: queues, tasks, jobs, workers, schedules, events.'
  static override description =
    'Fills the terminal; ? shows the keys. Without a terminal, or with --snapshot, it prints what goes on now; --json is the same as one document, --watch a line of JSON at every look. A broker that goes away is waited for.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'The dashboard', command: '<%= config.bin %> dashboard' },
    {
      description: 'Only look, and begin with the workers',
      command: '<%= config.bin %> top --read-only --view workers',
    },
    { description: 'What goes on now, for a program', command: '<%= config.bin %> dashboard --json' },
    { description: 'The same every ten seconds', command: '<%= config.bin %> dashboard --watch --refresh 10s' },
  ]

  static override flags = dashboardFlags

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Dashboard)
    const refreshMs = readRefresh(flags.refresh)
    const app = await this.openApp(flags)
    if (flags.watch) {
      const { printOverviews } = await import('../watch-overviews.js')
      return printOverviews(app, refreshMs)
    }
    if (this.jsonEnabled()) {
      const { overviewJson, readOverview } = await import('../presenters/overview.js')
      return overviewJson(await readOverview(await app.dashboard()))
    }
    if (flags.snapshot || !process.stdin.isTTY || !process.stdout.isTTY) {
      const { printDashboard } = await import('../print-dashboard.js')
      return printDashboard(app, flags, (text) => this.log(text))
    }
    const { showDashboard } = await import('../show-dashboard.js')
    return showDashboard(app, refreshMs, flags)
  }
}
