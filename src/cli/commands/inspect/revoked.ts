import { integer } from '@oclif/core/flags'
import { AppCommand } from '../../app-command.js'
import { screenWidth } from '../../screen-width.js'

/** `taskq inspect revoked`: what was revoked lately. */
export default class InspectRevoked extends AppCommand {
  static override summary = 'Show what was revoked within the last week, and what came of it.'
  static override description =
    'Each revoke is stored, so no worker need live. The state is that of the job now: unknown where it left no trace.'
  static override enableJsonFlag = true
  static override examples = [{ description: 'The latest', command: '<%= config.bin %> inspect revoked --limit 10' }]

  static override flags = {
    limit: integer({ min: 1, max: 10_000, default: 100, description: 'show so many at the most' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(InspectRevoked)
    const [{ inspectRevoked }, { presentRevokes }] = await Promise.all([
      import('../../../control/revoke-jobs.js'),
      import('../../presenters/revoke.js'),
    ])
    const report = await inspectRevoked(await (await this.openApp(flags)).engine(), flags.limit)
    this.log(presentRevokes(report, Date.now(), screenWidth()))
    return report
  }
}
