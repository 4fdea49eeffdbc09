import { string as stringArg } from '@oclif/core/args'
import { ScheduleCommand } from '../../schedule-command.js'

/** `taskq schedule resume`: lets entries go on. */
export default class ScheduleResume extends ScheduleCommand {
  static override summary = 'Let paused entries go on.'
  static override description = 'Slots that passed in the pause do not run; taskq schedule backfill runs them.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'One entry', command: '<%= config.bin %> schedule resume nightly-report' },
    { description: 'Several', command: '<%= config.bin %> schedule resume nightly-report hourly-sync' },
  ]

  static override args = {
    names: stringArg({ required: true, multiple: true, description: "the entries' names" }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleResume)
    const [schedules, { presentResumed }] = await Promise.all([
      this.openSchedules(flags),
      import('../../presenters/schedule-edits.js'),
    ])
    const outcomes = await schedules.resume(args.names)
    this.log(presentResumed(outcomes))
    return { schedules: outcomes }
  }
}
