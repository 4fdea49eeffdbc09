import { string as stringArg } from '@oclif/core/args'
import { ScheduleCommand } from '../../schedule-command.js'
import { scheduleFlags } from '../../schedule-flags.js'

/** `taskq schedule add`: a new entry, while beats run. */
export default class ScheduleAdd extends ScheduleCommand {
  static override summary = 'Add a schedule entry; beats see it within a second.'
  static override description =
    'It stays until it is removed, whatever the code says. Give exactly one of --cron, --every, --solar and --at.'
  static override enableJsonFlag = true
  static override examples = [
    {
      description: 'Every Monday morning',
      command: `<%= config.bin %> schedule add digest --task SendDigest --cron '0 8 * * mon'`,
    },
    {
      description: 'Every ten minutes, and never beside itself',
      command: '<%= config.bin %> schedule add sync --task Sync --every 10m --overlap skip',
    },
    {
      description: 'At sunset',
      command: '<%= config.bin %> schedule add lights --task Lights --solar sunset --lat 52.5 --lon 13.4',
    },
    {
      description: 'Once',
      command: '<%= config.bin %> schedule add launch --task Launch --at 2026-12-24T18:00Z',
    },
  ]

  static override args = { name: stringArg({ required: true, description: "the entry's name" }) }
  static override flags = scheduleFlags

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleAdd)
    const [{ readScheduleFlags }, { presentAdded }] = await Promise.all([
      import('../../read-schedule-flags.js'),
      import('../../presenters/schedule-edits.js'),
    ])
    const options = readScheduleFlags(flags)
    const { schedules } = await this.openWithTasks(flags)
    const { replace, force } = flags
    const added = await schedules.add(args.name, options, { replace, force, readCode: true })
    this.log(presentAdded(added))
    return added
  }
}
