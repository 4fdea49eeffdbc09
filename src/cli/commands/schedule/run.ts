import { string as stringArg } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { ScheduleCommand } from '../../schedule-command.js'

/** `taskq schedule run`: a job of an entry, now. */
export default class ScheduleRun extends ScheduleCommand {
  static override summary = "Enqueue an entry's job now, and print its id."
  static override description =
    "Also while the entry is paused. The entry's slots stay as they are. With --wait it prints the result as JSON; a job that fails ends it with 1, its error on standard error."
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Enqueue, print the id', command: '<%= config.bin %> schedule run nightly-report' },
    {
      description: 'Wait for the result',
      command: '<%= config.bin %> schedule run nightly-report --wait --timeout 5m',
    },
  ]

  static override args = { name: stringArg({ required: true, description: "the entry's name" }) }

  static override flags = {
    wait: boolean({ char: 'w', description: 'wait for the job, and print its result as JSON' }),
    timeout: string({ description: 'how long to wait', default: '30s' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(ScheduleRun)
    const [{ awaitJob }, { waitFlag }, { presentCall }] = await Promise.all([
      import('../../../app/call-task.js'),
      import('../../call-flags.js'),
      import('../../presenters/call.js'),
    ])
    const waitMs = waitFlag(flags)
    const { app, schedules } = await this.openWithTasks(flags)
    const id = await schedules.run(args.name)
    const job = await awaitJob((await app.client()).result(id), waitMs)
    this.log(presentCall(job))
    return job
  }
}
