import { ScheduleCommand } from '../../schedule-command.js'

/** `taskq schedule list`: every entry, and how far it has come. */
export default class ScheduleList extends ScheduleCommand {
  static override summary = 'List the schedule entries: times, next slot, latest job, owner.'
  static override description =
    'Compares what is stored with the code of this project, and marks what differs. Says so when no beat runs.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'All entries', command: '<%= config.bin %> schedule list' },
    { description: 'The same for a program', command: '<%= config.bin %> schedule list --json' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ScheduleList)
    const [schedules, { presentSchedules, schedulesJson }] = await Promise.all([
      this.openSchedules(flags),
      import('../../presenters/schedule-list.js'),
    ])
    const list = await schedules.list()
    if (list.codeProblem !== undefined) this.warn(`the entries of the code cannot be told: ${list.codeProblem}`)
    this.log(presentSchedules(list))
    return schedulesJson(list)
  }
}
