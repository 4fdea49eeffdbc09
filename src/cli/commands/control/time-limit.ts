import { string as stringArg } from '@oclif/core/args'
import { AppCommand } from '../../app-command.js'
import { readTimeLimits } from '../../control-args.js'

/** `taskq control time-limit`: how long a run of a task may take. */
export default class ControlTimeLimit extends AppCommand {
  static override summary = 'Limit how long a run of a task may take; or put that back as it was.'
  static override description =
    'After SOFT the run is told to end, by its signal; after HARD it is given up and fails. It is stored: it holds for runs that begin from now on, also in workers that start later, until it is reset.'
  static override enableJsonFlag = true
  static override examples = [
    {
      description: 'Told after 30 s, given up after a minute',
      command: '<%= config.bin %> control time-limit Resize 30s 1m',
    },
    { description: 'Given up after a minute', command: '<%= config.bin %> control time-limit Resize none 1m' },
    { description: 'No limit set from here', command: '<%= config.bin %> control time-limit Resize reset' },
  ]

  static override args = {
    task: stringArg({ required: true, description: "the task's name" }),
    soft: stringArg({ required: true, description: 'such as 30s; none; or reset' }),
    hard: stringArg({ description: 'such as 1m, more than SOFT. Default: none' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlTimeLimit)
    const limits = readTimeLimits(args.soft, args.hard)
    const [{ changeTimeLimit }, { presentAction }] = await Promise.all([
      import('../../../control/steer-limits.js'),
      import('../../presenters/control.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    const report = await changeTimeLimit(engine, args.task, limits)
    this.log(presentAction(report))
    if (report.refused.length > 0) process.exitCode = 1
    return { task: args.task, limits, ...report }
  }
}
