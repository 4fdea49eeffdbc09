import { string as stringArg } from '@oclif/core/args'
import { readBounds } from '../../control-args.js'
import { ControlCommand } from '../../control-command.js'

/** `taskq control autoscale`: as many jobs at once as there is work for. */
export default class ControlAutoscale extends ControlCommand {
  static override summary = 'Let workers choose how many jobs they run at once, between two bounds.'
  static override description =
    'MAX comes first, as in Celery. off leaves the number as it is now. It holds until the worker ends: give taskq worker --autoscale to keep it.'
  static override examples = [
    { description: 'From 3 to 20', command: '<%= config.bin %> control autoscale 20 3' },
    { description: 'No more', command: '<%= config.bin %> control autoscale off' },
  ]

  static override args = {
    max: stringArg({ required: true, description: 'the most jobs at once; or off' }),
    min: stringArg({ description: 'the least' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlAutoscale)
    return this.steer(flags, { name: 'autoscale', ...readBounds(args.max, args.min) })
  }
}
