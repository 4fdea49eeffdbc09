import { string as stringArg } from '@oclif/core/args'
import { QueueCommand } from '../../queue-command.js'

/** `taskq queue pause`: holds queues. */
export default class QueuePause extends QueueCommand {
  static override summary = 'Pause queues: no job of them starts until they are resumed.'
  static override description =
    'Running jobs end as they would, and jobs can be enqueued. A pause outlives workers and releases.'
  static override examples = [
    { description: 'One queue', command: '<%= config.bin %> queue pause emails' },
    { description: 'Several', command: '<%= config.bin %> queue pause emails reports' },
  ]

  static override args = { queues: stringArg({ required: true, multiple: true, description: "the queues' names" }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(QueuePause)
    return this.change(flags, 'pauseQueue', args.queues)
  }
}
