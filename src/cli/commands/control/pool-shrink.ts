import { string as stringArg } from '@oclif/core/args'
import { readCount } from '../../control-args.js'
import { ControlCommand } from '../../control-command.js'

/** `taskq control pool-shrink`: fewer jobs at once. */
export default class ControlPoolShrink extends ControlCommand {
  static override summary = 'Let workers run fewer jobs at once.'
  static override description =
    'Running jobs end as they would. It holds until the worker ends: give taskq worker -c to keep it.'
  static override examples = [
    { description: 'One less in every worker', command: '<%= config.bin %> control pool-shrink' },
    { description: 'Five less in one', command: '<%= config.bin %> control pool-shrink 5 -d worker@web-1' },
  ]

  static override args = { n: stringArg({ name: 'N', default: '1', description: 'how many less' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlPoolShrink)
    return this.steer(flags, { name: 'pool-shrink', by: readCount('N', args.n) })
  }
}
