import { string as stringArg } from '@oclif/core/args'
import { ScheduleCommand } from '../../schedule-command.js'

/** `taskq schedule remove`: takes away an entry that was added while running. */
export default class ScheduleRemove extends ScheduleCommand {
  static override summary = 'Remove an entry that was added by schedule add or by a program.'
  static override description =
    'Its jobs stay. An entry of the code is removed from the code; until then, taskq schedule pause holds it.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Remove an entry', command: '<%= config.bin %> schedule remove digest-42' },
  ]

  static override args = { name: stringArg({ required: true, description: "the entry's name" }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleRemove)
    const [schedules, { presentRemoved }] = await Promise.all([
      this.openSchedules(flags),
      import('../../presenters/schedule-edits.js'),
    ])
    await schedules.remove(args.name)
    this.log(presentRemoved(args.name))
    return { name: args.name, removed: true }
  }
}
