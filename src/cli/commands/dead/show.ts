import { string as stringArg } from '@oclif/core/args'
import { AppCommand } from '../../app-command.js'

/** `taskq dead show`: all of one dead letter. */
export default class DeadShow extends AppCommand {
  static override summary = 'Show all of a job that failed for good: arguments, error, attempts, log.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Why it failed', command: '<%= config.bin %> dead show mwpjonpwXMLduI91RF2E' },
  ]

  static override args = { id: stringArg({ required: true, description: "the job's id" }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(DeadShow)
    const [{ showDead }, { deadJson, presentDead }, { createViewer }] = await Promise.all([
      import('../../../control/dead/show-dead.js'),
      import('../../presenters/dead.js'),
      import('../../../codec/viewer.js'),
    ])
    const app = await this.openApp(flags)
    const job = await showDead(await app.engine(), args.id, createViewer(app.config))
    this.log(presentDead(job))
    return deadJson(job)
  }
}
