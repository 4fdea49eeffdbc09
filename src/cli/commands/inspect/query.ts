import { string as stringArg } from '@oclif/core/args'
import { AppCommand } from '../../app-command.js'

/** `taskq inspect query`: where jobs stand. */
export default class InspectQuery extends AppCommand {
  static override summary = 'Show where jobs and workflows stand, and which worker runs a job.'
  static override description =
    'In every state, not only while they run. Exits with 1 when one is unknown: it never was, or was forgotten. taskq result shows all of one.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Two jobs', command: '<%= config.bin %> inspect query mwpjonpwXMLduI91RF2E kSd02mZpQ7TTyfEqd1Bv' },
  ]

  static override args = { ids: stringArg({ required: true, multiple: true, description: 'ids of jobs or workflows' }) }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(InspectQuery)
    const [{ queryJobs }, { presentQueried }, { createViewer }] = await Promise.all([
      import('../../../control/inspect-jobs.js'),
      import('../../presenters/inspect.js'),
      import('../../../codec/viewer.js'),
    ])
    const app = await this.openApp(flags)
    const jobs = await queryJobs(await app.engine(), args.ids, createViewer(app.config))
    this.log(presentQueried(jobs))
    if (jobs.some(({ state }) => state === 'unknown')) process.exitCode = 1
    return { jobs }
  }
}
