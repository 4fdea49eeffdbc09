import { InspectCommand } from '../../inspect-command.js'

/** `taskq inspect stats`: what workers are and have done. */
export default class InspectStats extends InspectCommand {
  static override summary = 'Show what each worker is, has done and costs.'
  static override description =
    'As the workers last told, at most 5 s ago; nobody is asked or waited for. Exits with 1 when no worker lives.'
  static override examples = [
    { description: 'Of all workers', command: '<%= config.bin %> inspect stats' },
    { description: 'For a program', command: '<%= config.bin %> inspect stats --json' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectStats)
    const [{ inspectStats }, { presentStats }] = await Promise.all([
      import('../../../control/inspect-workers.js'),
      import('../../presenters/inspect.js'),
    ])
    const { engine, choice } = await this.openInspection(flags)
    const workers = await inspectStats(engine, choice)
    this.requireAny(workers)
    this.log(presentStats(workers))
    return { workers }
  }
}
