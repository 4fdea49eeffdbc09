import { AppCommand } from '../app-command.js'

/** `taskq status`: what goes on now. */
export default class Status extends AppCommand {
  static override summary = 'Show the broker, the workers and the queues.'
  static override description = 'Marks a queue that holds jobs and that no live worker serves.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Who works, and what waits', command: '<%= config.bin %> status' },
    { description: 'The same for a program', command: '<%= config.bin %> status --json' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status)
    const app = await this.openApp(flags)
    const [{ readStatus }, { presentStatus, statusJson }] = await Promise.all([
      import('../../control/status.js'),
      import('../presenters/status.js'),
    ])
    const [{ redis }, engine] = await Promise.all([app.broker(), app.engine()])
    const status = { label: redis.label, ...(await readStatus(engine)) }
    this.log(presentStatus(status, Date.now()))
    return statusJson(status)
  }
}
