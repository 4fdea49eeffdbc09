import { string as stringArg } from '@oclif/core/args'
import { boolean, integer, string } from '@oclif/core/flags'
import { BulkCommand } from '../bulk-command.js'
import { screenWidth } from '../screen-width.js'

/** `taskq revoke`: ends jobs before they are done. */
export default class Revoke extends BulkCommand {
  static override summary =
    'End jobs and workflows before they are done: by id, or all jobs of a task, a queue or a header.'
  static override description =
    'A job that waits ends now, and never runs. One that runs is told by its signal at once; with --terminate it is ended by force where it does not end in time. Of a workflow (w_…) what has not run never runs. An id that a caller chose (u_…) may be revoked before its job is there: one that comes within a week ends before it runs. No worker need live. Without ids it asks first; where nobody can be asked, it needs --yes. Exits with 1 when a job had ended already, or none has its id.'
  static override examples = [
    { description: 'One job', command: '<%= config.bin %> revoke mwpjonpwXMLduI91RF2E --reason "wrong customer"' },
    {
      description: 'All of a tenant, those that run by force',
      command: '<%= config.bin %> revoke --header tenant=acme --terminate --yes',
    },
    { description: 'What was revoked lately', command: '<%= config.bin %> revoke --list' },
  ]

  static override args = { ids: stringArg({ multiple: true, description: 'the ids of jobs and workflows' }) }

  static override flags = {
    task: string({ char: 't', description: "all jobs of this task: its name, or a glob such as 'reports.*'" }),
    queue: string({ char: 'Q', description: 'all jobs of this queue' }),
    header: string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE',
      description: 'all jobs with this header; again for more, which must all be there',
    }),
    reason: string({ description: "why, for people: it becomes a part of the jobs' error" }),
    terminate: boolean({ description: 'end runs by force that do not end in time' }),
    grace: string({ dependsOn: ['terminate'], description: 'how long runs have until then. Default: 5s' }),
    list: boolean({ description: 'show what was revoked within the last week' }),
    limit: integer({
      dependsOn: ['list'],
      min: 1,
      max: 10_000,
      description: 'with --list, show so many at the most. Default: 100',
    }),
    yes: boolean({ char: 'y', description: 'do not ask' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Revoke)
    const { planRevoke } = await import('../plan-revoke.js')
    const plan = planRevoke(args.ids ?? [], flags)
    if (plan.kind === 'many') await this.requireAnswerer(flags.yes)
    const [control, present, { withProgress }] = await Promise.all([
      import('../../control/revoke-jobs.js'),
      import('../presenters/revoke.js'),
      import('../progress-line.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    switch (plan.kind) {
      case 'list': {
        const report = await control.inspectRevoked(engine, flags.limit ?? 100)
        this.log(present.presentRevokes(report, Date.now(), screenWidth()))
        return report
      }
      case 'many': {
        await this.confirm(flags.yes, `Revoke all jobs of ${control.describeFilter(plan.filter)}?`)
        const progress = await withProgress((show) =>
          control.revokeMatching(engine, plan.filter, plan.request, (at) => show(() => present.presentRevokedMany(at))),
        )
        this.log(present.presentRevokedMany(progress))
        return progress
      }
      case 'some': {
        const jobs = await control.revokeJobs(engine, plan.ids, plan.request)
        this.log(present.presentRevoked(jobs))
        if (jobs.some(({ outcome }) => outcome === 'too-late' || outcome === 'unknown')) process.exitCode = 1
        return { jobs }
      }
    }
  }
}
