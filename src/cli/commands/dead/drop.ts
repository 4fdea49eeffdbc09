import { boolean } from '@oclif/core/flags'
import { BulkCommand } from '../../bulk-command.js'
import { deadFlags, idFlag } from '../../dead-flags.js'

/** `taskq dead drop`: removes dead letters. */
export default class DeadDrop extends BulkCommand {
  static override summary = 'Remove jobs that failed for good, with all that belongs to them.'
  static override description =
    'Those that are named by --id, or all that match; with --all, all there are. It asks first; where nobody can be asked, it needs --yes.'
  static override examples = [
    { description: 'One of them', command: '<%= config.bin %> dead drop --id mwqn5lufvuqWceThGKwO' },
    { description: 'Those that were revoked', command: '<%= config.bin %> dead drop --state revoked --yes' },
  ]

  static override flags = {
    id: idFlag,
    ...deadFlags,
    all: boolean({ description: 'all there are' }),
    'dry-run': boolean({ description: 'only say how many would go' }),
    yes: boolean({ char: 'y', description: 'do not ask' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(DeadDrop)
    const { runDeadDrop } = await import('../../dead-work.js')
    return this.tell(await runDeadDrop(flags, this.desk(flags)))
  }
}
