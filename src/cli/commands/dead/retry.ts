import { string as stringArg } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { BulkCommand } from '../../bulk-command.js'
import { deadFlags, idFlag } from '../../dead-flags.js'

/** `taskq dead retry`: runs dead letters again. */
export default class DeadRetry extends BulkCommand {
  static override summary = 'Run jobs again that failed for good, with fresh attempts.'
  static override description =
    'Those that are named by their ids, the failed jobs of a workflow that is named so (it goes on from there), or all that match; with --all, all there are. Of those that match, the ones that were revoked or have expired are left alone, unless --state names them. Where many are meant it asks first; where nobody can be asked, it needs --yes.'
  static override examples = [
    {
      description: 'Two of them',
      command: '<%= config.bin %> dead retry mwqn5lufvuqWceThGKwO mwqn5or7bXxyipWkY63m',
    },
    {
      description: 'What failed of a workflow: it goes on from there',
      command: '<%= config.bin %> dead retry w_mwpjonpwXMLduI91RF2E',
    },
    {
      description: 'What timed out in the last hour: how many would run?',
      command: '<%= config.bin %> dead retry --task mails.Send --since 1h --error ETIMEDOUT --dry-run',
    },
    {
      description: 'One, with other arguments',
      command: `<%= config.bin %> dead retry mwqn5lufvuqWceThGKwO --args '["u_42"]'`,
    },
  ]

  static override args = { ids: stringArg({ multiple: true, description: 'the ids of jobs and workflows' }) }

  static override flags = {
    id: idFlag,
    ...deadFlags,
    all: boolean({ description: 'all there are' }),
    args: string({ char: 'a', description: 'with these arguments, a JSON array; for one job' }),
    'dry-run': boolean({ description: 'only say how many would run' }),
    yes: boolean({ char: 'y', description: 'do not ask' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(DeadRetry)
    const ids = [...(args.ids ?? []), ...(flags.id ?? [])]
    const { runDeadRetry } = await import('../../dead-work.js')
    return this.tell(await runDeadRetry({ ...flags, id: ids.length === 0 ? undefined : ids }, this.desk(flags)))
  }
}
