import { integer, string } from '@oclif/core/flags'
import { AppCommand } from '../../app-command.js'
import { screenWidth } from '../../screen-width.js'

/** `taskq inspect scheduled`: what waits for its time. */
export default class InspectScheduled extends AppCommand {
  static override summary =
    'Show the jobs that wait for their time, of a countdown or of their next run, or for the end of another.'
  static override description =
    'They wait in the broker, not in workers: a worker that ends takes none of them along. Slots of schedule entries are no jobs yet: see schedule list.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'The next hundred', command: '<%= config.bin %> inspect scheduled' },
    { description: 'Of one queue, for a program', command: '<%= config.bin %> inspect scheduled -Q emails --json' },
  ]

  static override flags = {
    queue: string({ char: 'Q', description: 'of this queue only' }),
    task: string({ char: 't', description: 'of this task only; * stands for anything' }),
    limit: integer({ char: 'n', min: 1, max: 1000, default: 100, description: 'how many, at most 1000' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectScheduled)
    const [{ inspectScheduled }, { presentScheduled }, { createViewer }] = await Promise.all([
      import('../../../control/inspect-jobs.js'),
      import('../../presenters/inspect.js'),
      import('../../../codec/viewer.js'),
    ])
    const app = await this.openApp(flags)
    const { queue, task, limit } = flags
    const filter = { limit, ...(queue !== undefined && { queue }), ...(task !== undefined && { task }) }
    const report = await inspectScheduled(await app.engine(), filter, createViewer(app.config))
    this.log(presentScheduled(report, screenWidth()))
    return report
  }
}
