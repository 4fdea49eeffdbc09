import { AppCommand } from '../app-command.js'

/** `taskq list`: which tasks this project has. */
export default class List extends AppCommand {
  static override summary = 'List the tasks of this project, and the files that cannot be imported.'
  static override description = 'Exits with 1 when a task file cannot be imported; the others are listed all the same.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'The tasks, with their queues and places', command: '<%= config.bin %> list' },
    { description: 'The same for a program', command: '<%= config.bin %> list --json' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(List)
    const app = await this.openApp(flags)
    const [{ listTasks }, { presentFailures, presentTasks }] = await Promise.all([
      import('../../app/list-tasks.js'),
      import('../presenters/list.js'),
    ])
    const { tasks, failures, patterns } = await listTasks(app)
    this.log(presentTasks(tasks, patterns))
    if (failures.length > 0) {
      this.log(`\nThese files cannot be used:\n${presentFailures(failures, app.config.root)}`)
      process.exitCode = 1
    }
    return { tasks, failures: failures.map(({ cause: _, ...failure }) => failure) }
  }
}
