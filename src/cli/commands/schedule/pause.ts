import { string as stringArg } from '@oclif/core/args'
import { ScheduleCommand } from '../../schedule-command.js'

/** `taskq schedule pause`: holds entries. */
export default class SchedulePause extends ScheduleCommand {
  static override summary = 'Pause entries: none of their slots is enqueued until they are resumed.'
  static override description =
    'All of them, or none where one is not there. What is enqueued already runs. A pause outlives releases; slots that pass in it do not run later.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'One entry', command: '<%= config.bin %> schedule pause nightly-report' },
    { description: 'Several', command: '<%= config.bin %> schedule pause nightly-report hourly-sync' },
  ]

  static override args = {
    names: stringArg({ required: true, multiple: true, description: "the entries' names" }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SchedulePause)
    const [schedules, { presentPaused }] = await Promise.all([
      this.openSchedules(flags),
      import('../../presenters/schedule-edits.js'),
    ])
    const outcomes = await schedules.pause(args.names)
    this.log(presentPaused(outcomes))
    return { schedules: outcomes }
  }
}
