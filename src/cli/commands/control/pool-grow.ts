import { string as stringArg } from '@oclif/core/args'
import { readCount } from '../../control-args.js'
import { ControlCommand } from '../../control-command.js'

/** `taskq control pool-grow`: more jobs at once. */
export default class ControlPoolGrow extends ControlCommand {
  static override summary = 'Let workers run more jobs at once.'
  static override description = 'It holds until the worker ends: give taskq worker -c to keep it.'
  static override examples = [
    { description: 'One more in every worker', command: '<%= config.bin %> control pool-grow' },
    { description: 'Five more in one', command: '<%= config.bin %> control pool-grow 5 -d worker@web-1' },
  ]

  static override args = { n: stringArg({ name: 'N', default: '1', description: 'how many more' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlPoolGrow)
    return this.steer(flags, { name: 'pool-grow', by: readCount('N', args.n) })
  }
}
