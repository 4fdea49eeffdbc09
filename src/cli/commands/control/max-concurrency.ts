import { string as stringArg } from '@oclif/core/args'
import { AppCommand } from '../../app-command.js'
import { readMost } from '../../control-args.js'

/** `taskq control max-concurrency`: how many jobs of a task may run at once. */
export default class ControlMaxConcurrency extends AppCommand {
  static override summary =
    "Change how many jobs of a task may run at once, over all workers; or put the code's number back."
  static override description =
    'It is stored: it holds for workers that start later, too, and outlives releases, until it is reset. Jobs that run go on. Only a task that has a limit in its code can get another. Where the code divides the limit by keys, it holds for each key.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Five at once', command: '<%= config.bin %> control max-concurrency reports.Daily 5' },
    { description: 'As the code says', command: '<%= config.bin %> control max-concurrency reports.Daily reset' },
  ]

  static override args = {
    task: stringArg({ required: true, description: "the task's name" }),
    n: stringArg({ required: true, description: 'such as 5; or reset' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ControlMaxConcurrency)
    const maxConcurrency = readMost(args.n)
    const [{ changeMaxConcurrency }, { presentAction }] = await Promise.all([
      import('../../../control/steer-limits.js'),
      import('../../presenters/control.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    const report = await changeMaxConcurrency(engine, args.task, maxConcurrency)
    this.log(presentAction(report))
    if (report.refused.length > 0) process.exitCode = 1
    return { task: args.task, maxConcurrency, ...report }
  }
}
