import { AppCommand } from '../../app-command.js'

/** `taskq queue list`: what each queue holds. */
export default class QueueList extends AppCommand {
  static override summary = 'List the queues: what they hold, how old it is, what keeps it from running.'
  static override description =
    'Every queue that ever had a job, and those that a worker serves. It takes as long for a million jobs as for one.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'All queues', command: '<%= config.bin %> queue list' },
    { description: 'The same for a program', command: '<%= config.bin %> queue list --json' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(QueueList)
    const { presentQueues, queueJson } = await import('../../presenters/overview.js')
    const dashboard = await (await this.openApp(flags)).dashboard()
    try {
      const { queues, at } = await dashboard.overview()
      this.log(presentQueues(queues, at))
      return { queues: queues.map(queueJson) }
    } finally {
      await dashboard.close()
    }
  }
}
