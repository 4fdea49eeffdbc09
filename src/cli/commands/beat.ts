import { AppCommand } from '../app-command.js'
import { logFlags, logSettingsOf } from '../log-flags.js'

/** `taskq beat`: enqueues the jobs of the schedule. */
export default class Beat extends AppCommand {
  static override summary = 'Run Beat: enqueue the jobs of schedule entries at their times.'
  static override description =
    `Start as many as you like: one leads, another takes over within 10 s when it is gone, and no slot is enqueued twice. Workers run the jobs. The entries come from schedule in the config, from @Cron and @Every on tasks, and from taskq schedule add.

Exits with 0 after a stop, 1 when task files cannot be imported or the broker cannot be used, 2 for a wrong schedule or wrong settings.`
  static override examples = [
    { description: 'Enqueue what is due', command: '<%= config.bin %> beat' },
    { description: 'In development, together with a worker', command: '<%= config.bin %> worker --beat' },
  ]

  static override flags = { ...logFlags }

  protected override readonly ownsStdout = false

  async run(): Promise<void> {
    const { flags } = await this.parse(Beat)
    const app = await this.openApp(flags, logSettingsOf(flags))
    const { runBeat } = await import('../run-beat.js')
    await runBeat(app)
  }
}
