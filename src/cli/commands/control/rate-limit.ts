import { string as stringArg } from '@oclif/core/args'
import { AppCommand } from '../../app-command.js'
import { readRate } from '../../control-args.js'

/** `taskq control rate-limit`: how often jobs of a task may start. */
export default class ControlRateLimit extends AppCommand {
  static override summary = "Change how often jobs of a task may start, over all workers; or put the code's limit back."
  static override description =
    'It is stored: it holds for workers that start later, too, and outlives releases, until it is reset. Only a task that has a limit in its code can get another. Where the code divides the rate by keys, it holds for each key.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'A hundred a minute', command: '<%= config.bin %> control rate-limit SendWelcomeEmail 100/m' },
    { description: 'As the code says', command: '<%= config.bin %> control rate-limit SendWelcomeEmail reset' },
  ]

  static override args = {
    task: stringArg({ required: true, description: "the task's name" }),
    rate: stringArg({ required: true, description: 'such as 10/s, 100/m or 1000/h; or reset' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlRateLimit)
    const rate = readRate(args.rate)
    const [{ changeRateLimit }, { presentAction }] = await Promise.all([
      import('../../../control/steer-limits.js'),
      import('../../presenters/control.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    const report = await changeRateLimit(engine, args.task, rate)
    this.log(presentAction(report))
    if (report.refused.length > 0) process.exitCode = 1
    return { task: args.task, rate, ...report }
  }
}
