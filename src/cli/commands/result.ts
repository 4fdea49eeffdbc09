import { string as stringArg } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { AppCommand } from '../app-command.js'

/** `taskq result`: where a job stands, and what came of it. */
export default class Result extends AppCommand {
  static override summary = "Show a job's state, and its result or why it failed."
  static override description =
    'Exits with 1 when no job has this id. With --wait it waits for the end of the job, and exits with 1 when that is a failure or does not come in time.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Where the job stands', command: '<%= config.bin %> result mwpjonpwXMLduI91RF2E' },
    {
      description: 'Wait for it, and show what its task logged',
      command: '<%= config.bin %> result mwpjonpwXMLduI91RF2E --wait --logs',
    },
  ]

  static override args = { id: stringArg({ required: true, description: "the job's id" }) }

  static override flags = {
    wait: boolean({ char: 'w', description: 'wait for the end of the job' }),
    timeout: string({ description: 'how long to wait', default: '30s' }),
    logs: boolean({ description: "show the last lines of the job's log" }),
    unmasked: boolean({ description: 'show the fields that hold secrets, too' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Result)
    const [{ showResult }, { waitFlag }, { presentResult, resultJson }] = await Promise.all([
      import('../../app/show-result.js'),
      import('../call-flags.js'),
      import('../presenters/result.js'),
    ])
    const wanted = { id: args.id, waitMs: waitFlag(flags), logs: flags.logs, unmasked: flags.unmasked }
    const shown = await showResult(await this.openApp(flags), wanted)
    this.log(presentResult(shown))
    if (shown.failed && flags.wait) process.exitCode = 1
    return resultJson(shown)
  }
}
