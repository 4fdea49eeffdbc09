import { string as stringArg } from '@oclif/core/args'
import { readQueue } from '../../control-args.js'
import { ControlCommand } from '../../control-command.js'

/** `taskq control cancel-queue`: one queue less. */
export default class ControlCancelQueue extends ControlCommand {
  static override summary = 'Let workers no longer serve a queue.'
  static override description =
    'Until they end. Running jobs of it end as they would; those that wait stay for other workers.'
  static override examples = [
    { description: 'In one worker', command: '<%= config.bin %> control cancel-queue reports -d worker@web-1' },
  ]

  static override args = { queue: stringArg({ required: true, description: "the queue's name" }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlCancelQueue)
    return this.steer(flags, { name: 'cancel-queue', queue: readQueue('QUEUE', args.queue) })
  }
}
