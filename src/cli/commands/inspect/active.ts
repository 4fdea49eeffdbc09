import { InspectCommand } from '../../inspect-command.js'

/** `taskq inspect active`: what runs now. */
export default class InspectActive extends InspectCommand {
  static override summary = 'Show the jobs that run now, worker by worker.'
  static override description =
    'As the workers last told, at most 5 s ago; nobody is asked or waited for. Exits with 1 when no worker lives.'
  static override examples = [
    { description: 'In all workers', command: '<%= config.bin %> inspect active' },
    { description: 'In one, for a program', command: '<%= config.bin %> inspect active -d worker@web-1 --json' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectActive)
    const [{ inspectActive }, { presentActive }] = await Promise.all([
      import('../../../control/inspect-workers.js'),
      import('../../presenters/inspect.js'),
    ])
    const { engine, choice } = await this.openInspection(flags)
    const workers = await inspectActive(engine, choice)
    this.requireAny(workers)
    this.log(presentActive(workers))
    return { workers }
  }
}
