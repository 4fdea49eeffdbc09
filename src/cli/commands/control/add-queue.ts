import { string as stringArg } from '@oclif/core/args'
import { readQueue } from '../../control-args.js'
import { ControlCommand } from '../../control-command.js'

/** `taskq control add-queue`: one more queue. */
export default class ControlAddQueue extends ControlCommand {
  static override summary = 'Let workers serve one more queue.'
  static override description = 'Until they end: give taskq worker -Q to keep it. A queue is made by its first job.'
  static override examples = [
    { description: 'In one worker', command: '<%= config.bin %> control add-queue reports -d worker@web-1' },
  ]

  static override args = { queue: stringArg({ required: true, description: "the queue's name" }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlAddQueue)
    return this.steer(flags, { name: 'add-queue', queue: readQueue('QUEUE', args.queue) })
  }
}
