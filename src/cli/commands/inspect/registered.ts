import { InspectCommand } from '../../inspect-command.js'

/** `taskq inspect registered`: which tasks workers know. */
export default class InspectRegistered extends InspectCommand {
  static override summary = 'Show the tasks that each worker has the code of, with the rate limits that hold now.'
  static override description = 'Exits with 1 when no worker lives.'
  static override examples = [
    { description: 'Of all workers', command: '<%= config.bin %> inspect registered' },
    { description: 'Of two', command: '<%= config.bin %> inspect registered -d emails@web-1,emails@web-2' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectRegistered)
    const [{ inspectRegistered }, { presentRegistered }] = await Promise.all([
      import('../../../control/inspect-workers.js'),
      import('../../presenters/inspect.js'),
    ])
    const { engine, choice } = await this.openInspection(flags)
    const workers = await inspectRegistered(engine, choice)
    this.requireAny(workers)
    this.log(presentRegistered(workers))
    return { workers }
  }
}
