import { string as stringArg } from '@oclif/core/args'
import { boolean, integer, string } from '@oclif/core/flags'
import { ScheduleCommand } from '../../schedule-command.js'

/** `taskq schedule backfill`: runs slots that passed. */
export default class ScheduleBackfill extends ScheduleCommand {
  static override summary = 'Enqueue the jobs of slots that passed.'
  static override description =
    "The slots from --from to before --to. Those whose job is still stored are left out, so that it can be run again; but jobs that are stored no longer (ignoreResult, or the result's time is over) are made again. Slots that Beat has not dealt with yet are left to it, unless the entry is paused. The jobs' request.schedule.slot tells which slot each is for."
  static override enableJsonFlag = true
  static override examples = [
    {
      description: 'What would be done',
      command: '<%= config.bin %> schedule backfill nightly-report --from 2026-11-01 --to 2026-11-08 --dry-run',
    },
    {
      description: 'Do it',
      command: '<%= config.bin %> schedule backfill nightly-report --from 2026-11-01 --to 2026-11-08',
    },
  ]

  static override args = { name: stringArg({ required: true, description: "the entry's name" }) }

  static override flags = {
    from: string({ required: true, description: "the first instant, such as 2026-11-01T12:00 by the entry's clock" }),
    to: string({ required: true, description: 'the first instant that does not count; not in the future' }),
    'dry-run': boolean({ description: 'show what would be done, enqueue nothing' }),
    max: integer({ default: 1000, description: 'refuse more slots than that' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleBackfill)
    const [{ orNumber }, { presentBackfill }] = await Promise.all([
      import('../../read-schedule-flags.js'),
      import('../../presenters/schedule-backfill.js'),
    ])
    const { schedules } = await this.openWithTasks(flags)
    const [from, to] = [orNumber(flags.from), orNumber(flags.to)]
    const backfill = await schedules.backfill(args.name, { from, to, dryRun: flags['dry-run'], max: flags.max })
    this.log(presentBackfill(backfill))
    return backfill
  }
}
