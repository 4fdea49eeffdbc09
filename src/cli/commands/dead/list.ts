import { integer } from '@oclif/core/flags'
import { AppCommand } from '../../app-command.js'
import { deadFlags } from '../../dead-flags.js'
import { screenWidth } from '../../screen-width.js'

/** `taskq dead list`: what failed for good. */
export default class DeadList extends AppCommand {
  static override summary = 'List the jobs that failed for good, the latest first.'
  static override description =
    'failed: it failed, and was not to be retried. dead: its retries are spent, or it took its workers down. revoked: somebody ended it. expired: it did not begin in time.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'The latest', command: '<%= config.bin %> dead list' },
    {
      description: 'What could not reach a server in the last hour',
      command: '<%= config.bin %> dead list --since 1h --error ECONNREFUSED',
    },
  ]

  static override flags = {
    ...deadFlags,
    limit: integer({ min: 1, max: 1000, default: 50, description: 'show so many at the most' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(DeadList)
    const [{ listDead }, { toDeadFilter }, { deadListJson, presentDeadList }, { createViewer }] = await Promise.all([
      import('../../../control/dead/dead-letters.js'),
      import('../../dead-flags.js'),
      import('../../presenters/dead.js'),
      import('../../../codec/viewer.js'),
    ])
    const filter = toDeadFilter(flags)
    const app = await this.openApp(flags)
    const page = await listDead(await app.engine(), filter, flags.limit, createViewer(app.config))
    this.log(presentDeadList(page, Date.now(), screenWidth()))
    return deadListJson(page)
  }
}
