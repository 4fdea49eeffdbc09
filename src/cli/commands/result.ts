import { string as stringArg } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { TaskqError } from '../../errors/taskq-error.js'
import { isWorkflowId } from '../../task/names.js'
import { AppCommand, type AppFlags } from '../app-command.js'

/** Its flags, as they were given. */
interface ResultFlags extends AppFlags {
  readonly wait: boolean
  readonly timeout: string
  readonly logs: boolean
  readonly tree: boolean
  readonly unmasked: boolean
}

/** `taskq result`: where a job stands, and what came of it. */
export default class Result extends AppCommand {
  static override summary = 'Show the state of a job or a workflow, and its result or why it failed.'
  static override description =
    'With --tree it draws what a workflow is made of, and how each part stands; of a job that is a part of one, its workflow. Exits with 1 when nothing has this id. With --wait it waits for the end, and exits with 1 when that is a failure or does not come in time.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Where the job stands', command: '<%= config.bin %> result mwpjonpwXMLduI91RF2E' },
    {
      description: 'Wait for it, and show what its task logged',
      command: '<%= config.bin %> result mwpjonpwXMLduI91RF2E --wait --logs',
    },
    {
      description: 'Where each part of a workflow stands',
      command: '<%= config.bin %> result w_mwpjonpwXMLduI91RF2E --tree',
    },
  ]

  static override args = { id: stringArg({ required: true, description: 'the id of the job, or of the workflow' }) }

  static override flags = {
    wait: boolean({ char: 'w', description: 'wait for its end' }),
    timeout: string({ description: 'how long to wait', default: '30s' }),
    logs: boolean({ description: "show the last lines of the job's log" }),
    tree: boolean({ description: "draw the workflow's parts, and how each stands" }),
    unmasked: boolean({ description: 'show the fields that hold secrets, too' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Result)
    if (isWorkflowId(args.id)) return this.#showWorkflow(args.id, flags)
    const [{ showResult }, { waitFlag }, { presentResult, resultJson }] = await Promise.all([
      import('../../app/show-result.js'),
      import('../call-flags.js'),
      import('../presenters/result.js'),
    ])
    const wanted = {
      id: args.id,
      waitMs: waitFlag(flags),
      logs: flags.logs,
      tree: flags.tree,
      unmasked: flags.unmasked,
    }
    const shown = await showResult(await this.openApp(flags), wanted)
    this.log(presentResult(shown))
    if (shown.failed && flags.wait) process.exitCode = 1
    return resultJson(shown)
  }

  async #showWorkflow(id: string, flags: ResultFlags): Promise<unknown> {
    const [{ showWorkflow }, { waitFlag }, { presentWorkflow, workflowResultJson }] = await Promise.all([
      import('../../app/show-workflow.js'),
      import('../call-flags.js'),
      import('../presenters/workflow-result.js'),
    ])
    if (flags.logs) throw new TaskqError('TASKQ_USAGE', '--logs: a workflow has no log; its jobs have')
    const wanted = { id, waitMs: waitFlag(flags), tree: flags.tree, unmasked: flags.unmasked }
    const shown = await showWorkflow(await this.openApp(flags), wanted)
    this.log(presentWorkflow(shown))
    if (shown.failed && flags.wait) process.exitCode = 1
    return workflowResultJson(shown)
  }
}
