import { boolean } from '@oclif/core/flags'
import { ControlCommand } from '../../control-command.js'

/** `taskq control shutdown`: ends workers. */
export default class ControlShutdown extends ControlCommand {
  static override summary = 'End workers, as SIGTERM does: running jobs may finish, what is not done goes back.'
  static override description =
    'Asks first in a terminal; elsewhere, and with --json, it needs --yes. A supervisor may start them again.'
  static override examples = [
    { description: 'One worker', command: '<%= config.bin %> control shutdown -d worker@web-1' },
    { description: 'All of them, unasked', command: '<%= config.bin %> control shutdown --yes' },
  ]

  static override flags = { yes: boolean({ char: 'y', description: 'do not ask' }) }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ControlShutdown)
    if (flags.yes) return this.steer(flags, { name: 'shutdown' })
    const { confirmShutdown, requireAnswerer } = await import('../../prompts/shutdown.js')
    requireAnswerer(this.jsonEnabled())
    return this.steer(flags, { name: 'shutdown' }, confirmShutdown)
  }
}
