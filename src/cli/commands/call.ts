import { string as stringArg } from '@oclif/core/args'
import { boolean, integer, string } from '@oclif/core/flags'
import { AppCommand } from '../app-command.js'

/** `taskq call`: enqueues one job. */
export default class Call extends AppCommand {
  static override summary = 'Enqueue a job of a task, and print its id.'
  static override description =
    'With --wait it prints the result as JSON; a job that fails ends it with 1, its error on standard error.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Enqueue, print the id', command: `<%= config.bin %> call SendWelcomeEmail -a '["u_42"]'` },
    {
      description: 'Wait for the result',
      command: `<%= config.bin %> call SendWelcomeEmail -a '["u_42"]' --wait --timeout 1m`,
    },
    { description: 'Run in five minutes', command: '<%= config.bin %> call CleanUp --countdown 5m' },
  ]

  static override args = { task: stringArg({ required: true, description: "the task's name" }) }

  static override flags = {
    args: string({ char: 'a', default: '[]', description: 'the arguments, as a JSON array' }),
    queue: string({ char: 'Q', description: "another queue than the task's" }),
    countdown: string({ description: 'run after this long, such as 30s or 5m' }),
    eta: string({ description: 'run at this instant, such as 2027-01-01T09:00:00Z' }),
    expires: string({ description: 'run within this time, or by this instant, or not at all' }),
    priority: integer({ description: '0 to 9, 9 first, in a queue with priorities' }),
    'task-id': string({ description: "the job's id, with u_ put in front" }),
    retries: integer({ description: "another number of extra runs than the task's" }),
    wait: boolean({ char: 'w', description: 'wait for the job, and print its result as JSON' }),
    timeout: string({ description: 'how long to wait', default: '30s' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Call)
    const { parseCall } = await import('../call-flags.js')
    const call = parseCall({ ...flags, task: args.task })
    const app = await this.openApp(flags)
    const [{ callTask }, { presentCall }] = await Promise.all([
      import('../../app/call-task.js'),
      import('../presenters/call.js'),
    ])
    const job = await callTask(app, call, (message) => this.warn(message))
    this.log(presentCall(job))
    return job
  }
}
