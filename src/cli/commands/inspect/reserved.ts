import { InspectCommand } from '../../inspect-command.js'

/** `taskq inspect reserved`: what was fetched and does not run yet. */
export default class InspectReserved extends InspectCommand {
  static override summary = 'Show the jobs that workers hold and do not run yet: none, ever.'
  static override description =
    'In Celery a worker prefetches jobs. Here a job waits in its queue until a slot is free. Exits with 1 when no worker lives.'
  static override examples = [{ description: 'In all workers', command: '<%= config.bin %> inspect reserved' }]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectReserved)
    const [{ inspectReserved }, { presentReserved }] = await Promise.all([
      import('../../../control/inspect-workers.js'),
      import('../../presenters/inspect.js'),
    ])
    const { engine, choice } = await this.openInspection(flags)
    const report = await inspectReserved(engine, choice)
    this.requireAny(report.workers)
    this.log(presentReserved(report))
    return report
  }
}
