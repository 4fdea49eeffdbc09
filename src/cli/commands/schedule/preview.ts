import { string as stringArg } from '@oclif/core/args'
import { integer, string } from '@oclif/core/flags'
import { ScheduleCommand } from '../../schedule-command.js'

/** `taskq schedule preview`: the next slots of an entry. */
export default class SchedulePreview extends ScheduleCommand {
  static override summary = "Show an entry's next slots, and where the clock is changed."
  static override description =
    "By the clock of the entry's zone and by UTC. Works for an entry that is only in the code, too."
  static override enableJsonFlag = true
  static override examples = [
    { description: 'The next ten', command: '<%= config.bin %> schedule preview nightly-report' },
    {
      description: 'Over the next change of the clock',
      command: '<%= config.bin %> schedule preview nightly-report -n 3 --from 2027-03-27',
    },
  ]

  static override args = { name: stringArg({ required: true, description: "the entry's name" }) }

  static override flags = {
    count: integer({ char: 'n', default: 10, description: 'how many slots, at most 1000' }),
    from: string({ description: "from this instant on, such as 2027-03-27T12:00 by the entry's clock. Default: now" }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SchedulePreview)
    const [schedules, { presentPreview }, { orNumber }] = await Promise.all([
      this.openSchedules(flags),
      import('../../presenters/schedule-preview.js'),
      import('../../read-schedule-flags.js'),
    ])
    const from = flags.from === undefined ? {} : { from: orNumber(flags.from) }
    const preview = await schedules.preview(args.name, { count: flags.count, ...from })
    this.log(presentPreview(preview, flags.count))
    return preview
  }
}
