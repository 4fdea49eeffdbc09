import { string as stringArg } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import { readCount, readQueue } from '../../control-args.js'
import { ControlCommand } from '../../control-command.js'

/** `taskq control concurrency`: how many jobs run at once. */
export default class ControlConcurrency extends ControlCommand {
  static override summary = 'Set how many jobs workers run at once.'
  static override description =
    'Of all queues together, or of one with --queue. Running jobs end as they would. It holds until the worker ends: give taskq worker -c to keep it.'
  static override examples = [
    { description: 'Twenty jobs at once, in every worker', command: '<%= config.bin %> control concurrency 20' },
    {
      description: 'At most two of one queue, in one worker',
      command: '<%= config.bin %> control concurrency 2 --queue reports -d worker@web-1',
    },
  ]

  static override args = { n: stringArg({ name: 'N', required: true, description: 'how many jobs at once' }) }

  static override flags = { queue: string({ char: 'Q', description: 'of this queue only' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlConcurrency)
    return this.steer(flags, {
      name: 'concurrency',
      slots: readCount('N', args.n),
      ...(flags.queue !== undefined && { queue: readQueue('--queue', flags.queue) }),
    })
  }
}
