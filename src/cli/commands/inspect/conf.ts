import { InspectBusCommand } from '../../inspect-bus-command.js'

/** `taskq inspect conf`: the settings of workers. */
export default class InspectConf extends InspectBusCommand {
  static override summary = 'Ask workers for their settings, secrets masked.'
  static override description =
    'It ends as soon as all have answered. A worker that does not answer in time may only be busy: it is listed, and not called down. Exits with 1 when none answers.'
  static override examples = [
    { description: 'Of all workers', command: '<%= config.bin %> inspect conf' },
    { description: 'Of one, for a program', command: '<%= config.bin %> inspect conf -d worker@web-1 --json' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectConf)
    const report = await this.ask('inspectConf', flags)
    const { presentConf } = await import('../../presenters/inspect.js')
    this.log(presentConf(report))
    return { workers: report.answers, silent: report.silent }
  }
}
