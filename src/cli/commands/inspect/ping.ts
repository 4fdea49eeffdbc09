import { InspectBusCommand } from '../../inspect-bus-command.js'

/** `taskq inspect ping`: which workers answer. */
export default class InspectPing extends InspectBusCommand {
  static override summary = 'Ask workers whether they answer.'
  static override description =
    'It ends as soon as all have answered. A worker that does not answer in time may only be busy: it is listed, and not called down. Exits with 1 when none answers, or one that is named by -d does not.'
  static override examples = [
    { description: 'All of them', command: '<%= config.bin %> inspect ping' },
    { description: 'One, for a health check', command: '<%= config.bin %> inspect ping -d worker@web-1 --timeout 1s' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectPing)
    const report = await this.ask('inspectPing', flags)
    const { presentSteering } = await import('../../presenters/control.js')
    this.log(presentSteering(report))
    return { workers: report.answers, silent: report.silent }
  }
}
