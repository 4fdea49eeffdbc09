import { string as stringArg } from '@oclif/core/args'
import { boolean, string } from '@oclif/core/flags'
import { BaseCommand } from '../base-command.js'

/** `taskq init`: flags and answers, one call, one presenter. */
export default class Init extends BaseCommand {
  static override summary = 'Make a new project, or add taskq to the package in this folder.'
  static override description =
    'Asks what no flag has said when this is a terminal; elsewhere every question has its default.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'A new project in my-app', command: '<%= config.bin %> init my-app' },
    { description: 'Add taskq to the package in this folder', command: '<%= config.bin %> init .' },
    { description: 'Show what would be written', command: '<%= config.bin %> init my-app --dry-run' },
  ]

  static override args = {
    dir: stringArg({ description: 'the folder: a new name, or "." for this one. Default: my-app, in a package "."' }),
  }

  static override flags = {
    template: string({ description: 'which template', options: ['basic'], default: 'basic' }),
    name: string({ description: "the package's name. Default: the folder's" }),
    yes: boolean({ char: 'y', description: 'take every default, ask nothing' }),
    install: boolean({ allowNo: true, description: 'install the dependencies. Default: in a terminal, or with --yes' }),
    git: boolean({ allowNo: true, default: true, description: 'make a git repository, unless inside one' }),
    'package-manager': string({
      aliases: ['pm'],
      options: ['npm', 'pnpm', 'yarn', 'bun'],
      description: 'Default: the one that runs this, else the one whose lockfile is found, else npm',
    }),
    taskq: string({ description: 'the taskq to depend on: a version, a folder, a tarball. Default: this one' }),
    force: boolean({ description: 'write into a folder that is not empty; what exists stays as it is' }),
    'dry-run': boolean({ description: 'show the files, write nothing' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Init)
    const [{ resolveInit }, { initProject }, presenter] = await Promise.all([
      import('../prompts/init.js'),
      import('../../scaffold/init-project.js'),
      import('../presenters/init.js'),
    ])
    const json = this.jsonEnabled()
    const resolved = await resolveInit({ ...flags, dir: args.dir, json })
    if (resolved === undefined) {
      this.log('Cancelled. Nothing was written.')
      return this.exit(130)
    }
    const progress = presenter.showProgress(resolved.request, (line) => this.log(line))
    const outcome = await initProject(resolved.request, progress)
    this.log(presenter.presentInit(outcome, resolved))
    if (outcome.install?.ok === false) process.exitCode = 1
    return presenter.initJson(outcome, resolved.request)
  }
}
