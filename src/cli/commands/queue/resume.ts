import { string as stringArg } from '@oclif/core/args'
import { QueueCommand } from '../../queue-command.js'

/** `taskq queue resume`: lets queues go on. */
export default class QueueResume extends QueueCommand {
  static override summary = 'Let paused queues go on.'
  static override description = 'Workers that serve them take their jobs at once.'
  static override examples = [{ description: 'One queue', command: '<%= config.bin %> queue resume emails' }]

  static override args = { queues: stringArg({ required: true, multiple: true, description: "the queues' names" }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(QueueResume)
    return this.change(flags, 'resumeQueue', args.queues)
  }
}
