import { AppCommand } from '../app-command.js'
import { readAutoscale, settingsOf, workerFlags } from '../worker-flags.js'

/** `taskq dev`: a broker, a worker and Beat for the work on tasks. */
export default class Dev extends AppCommand {
  static override summary = 'Develop: a broker, and a worker with Beat that starts anew when a file changes.'
  static override description =
    'Starts the embedded broker where none is configured. Ctrl-C ends the worker; the embedded broker ends a little later, and keeps its jobs in .taskq/. Refuses NODE_ENV=production.'
  static override examples = [
    { description: 'A broker and a worker', command: '<%= config.bin %> dev' },
    { description: 'One queue, and all that is logged', command: '<%= config.bin %> dev -Q emails -l debug' },
  ]

  static override flags = { ...workerFlags }

  protected override readonly ownsStdout = false

  async run(): Promise<void> {
    const { flags } = await this.parse(Dev)
    if (flags.autoscale !== undefined) readAutoscale(flags.autoscale)
    const app = await this.openApp(flags, settingsOf(flags))
    const [{ runDev }, { workerArgsOf }] = await Promise.all([import('../dev-session.js'), import('../worker-args.js')])
    await runDev(app, {
      workerArgs: ['--beat', ...workerArgsOf(flags)],
      // Not on the child's command line: it may hold a password.
      env: flags.broker === undefined ? process.env : { ...process.env, TASKQ_BROKER: flags.broker },
      say: (line) => void process.stderr.write(`taskq dev: ${line}\n`),
    })
  }
}
