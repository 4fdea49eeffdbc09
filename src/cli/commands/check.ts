import { integer, string } from '@oclif/core/flags'
import { AppCommand, type AppFlags } from '../app-command.js'

/** `taskq check`: what cannot work in this project, and why a task goes where it goes. */
export default class Check extends AppCommand {
  static override summary = 'Check the configuration and the tasks; explain where a task goes, and why.'
  static override description =
    'Looks at task files, options, routes, queues and schedule entries, without a broker. Exits with 1 when something must be corrected. With --explain it says, rule by rule, where the job of a call goes, and which options hold for it; it exits with 1 when the call would be refused.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Look at everything', command: '<%= config.bin %> check' },
    { description: 'Why a task goes where it goes', command: '<%= config.bin %> check --explain reports.Daily' },
    {
      description: 'The same for one call, which a function among the routes may look at',
      command: `<%= config.bin %> check --explain reports.Daily -a '["acme"]' --queue urgent`,
    },
  ]

  static override flags = {
    explain: string({ helpValue: 'TASK', description: 'say where this task goes, and why' }),
    args: string({ char: 'a', description: "the call's arguments, as a JSON array", dependsOn: ['explain'] }),
    queue: string({ char: 'Q', description: 'the queue that the call names', dependsOn: ['explain'] }),
    priority: integer({ description: 'the priority that the call names', dependsOn: ['explain'] }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Check)
    const { explain } = flags
    return explain === undefined ? this.#check(flags) : this.#explain({ ...flags, explain })
  }

  async #check(flags: AppFlags): Promise<unknown> {
    const app = await this.openApp(flags)
    const [{ checkProject }, { presentCheck }, { stdoutPaint }] = await Promise.all([
      import('../../app/check/check-project.js'),
      import('../presenters/check.js'),
      import('../paint.js'),
    ])
    const report = await checkProject(app)
    this.log(presentCheck(report, stdoutPaint))
    if (!report.ok) process.exitCode = 1
    return report
  }

  async #explain(flags: ExplainFlags): Promise<unknown> {
    const { parseExplained } = await import('../call-flags.js')
    const call = parseExplained({ ...flags, task: flags.explain })
    const app = await this.openApp(flags)
    const [{ explainTask }, { presentExplanation }] = await Promise.all([
      import('../../app/check/explain-task.js'),
      import('../presenters/check.js'),
    ])
    const { tasks } = await app.discover()
    const found = tasks.find(({ definition }) => definition.name === call.task)
    const names = tasks.map(({ definition }) => definition.name)
    const explained = explainTask(app.config, found?.definition, call, names)
    this.log(presentExplanation(explained))
    if (explained.refused !== undefined) process.exitCode = 1
    return explained
  }
}

interface ExplainFlags extends AppFlags {
  readonly explain: string
  readonly args?: string | undefined
  readonly queue?: string | undefined
  readonly priority?: number | undefined
}
