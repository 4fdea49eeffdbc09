import { string } from '@oclif/core/flags'
import { AppCommand } from '../app-command.js'

/** `taskq shell`: the project's tasks at hand. */
export default class Shell extends AppCommand {
  static override summary = "Run JavaScript with this project's tasks loaded: line by line, from -e, or from a file."
  static override description =
    'Each task is there by its name, to be enqueued: await Add.delay(1, 2). So are tasks, sendTask, getResult, signature, schedules, control, app and config. Without a terminal it runs what comes on standard input. Task files that cannot be imported are told; the others are there. The history is kept in .taskq/ of the project, or where TASKQ_HISTORY says.'
  static override examples = [
    { description: 'Line by line', command: '<%= config.bin %> shell' },
    { description: 'One line, and print what it gives', command: `<%= config.bin %> shell -e 'await Add.delay(1, 2)'` },
    { description: 'A script', command: '<%= config.bin %> shell < requeue.js' },
  ]

  static override flags = { eval: string({ char: 'e', description: 'run this, print what it gives, and end' }) }

  async run(): Promise<void> {
    const { flags } = await this.parse(Shell)
    const app = await this.openApp(flags)
    const [{ runShell }, { presentFailures }] = await Promise.all([
      import('../run-shell.js'),
      import('../presenters/list.js'),
    ])
    const { tasks, failures } = await app.discover()
    if (failures.length > 0) this.warn(`these files cannot be used:\n${presentFailures(failures, app.config.root)}`)
    const definitions = tasks.map(({ definition }) => definition)
    await runShell(app, definitions, { code: flags.eval, env: process.env })
  }
}
