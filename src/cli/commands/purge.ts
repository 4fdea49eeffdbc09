import { boolean, string } from '@oclif/core/flags'
import { BulkCommand } from '../bulk-command.js'

const queueNames = (char: 'Q' | 'X', description: string) =>
  string({ char, multiple: true, multipleNonGreedy: true, delimiter: ',', description })

/** `taskq purge`: throws away jobs that wait. */
export default class Purge extends BulkCommand {
  static override summary = 'Throw away the jobs that wait for a worker.'
  static override description =
    'Jobs that run go on. It asks first; where nobody can be asked, it needs --force. To end jobs with a trace, revoke them.'
  static override examples = [
    { description: 'How many it would be', command: '<%= config.bin %> purge --dry-run' },
    { description: 'One queue, unasked', command: '<%= config.bin %> purge -Q reports --force' },
  ]

  static override flags = {
    queue: queueNames('Q', 'of these queues only; again, or a comma list, for more'),
    'exclude-queue': queueNames('X', 'of all queues but these'),
    scheduled: boolean({ description: 'also those that wait for their time, or for their next run' }),
    'dry-run': boolean({ description: 'only say how many would go' }),
    force: boolean({ char: 'f', aliases: ['yes'], description: 'do not ask' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Purge)
    const { queue, 'exclude-queue': exclude, scheduled, 'dry-run': dryRun, force } = flags
    if (!dryRun) await this.requireAnswerer(force, '--force')
    const [{ purgeQueues }, { presentPurge, purgeQuestion }, { withProgress, countOf }] = await Promise.all([
      import('../../control/purge.js'),
      import('../presenters/purge.js'),
      import('../progress-line.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    const request = { scheduled, ...(queue && { queues: queue }), ...(exclude && { exclude }) }
    const planned = force && !dryRun ? undefined : await purgeQueues(engine, { ...request, dryRun: true })
    const isOver = dryRun || planned?.purged === 0
    if (planned !== undefined && !isOver) await this.confirm(force, purgeQuestion(planned))
    const purge = () =>
      withProgress((show) => purgeQueues(engine, request, (purged) => show(() => `${countOf(purged)} thrown away`)))
    const report = planned !== undefined && isOver ? { ...planned, dryRun } : await purge()
    this.log(presentPurge(report))
    return report
  }
}
