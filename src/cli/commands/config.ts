import { AppCommand } from '../app-command.js'

/** `taskq config`: every setting, and where it came from. */
export default class Config extends AppCommand {
  static override summary = 'Show every setting with its value and where it came from.'
  static override description = 'Passwords are never shown.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'What holds here', command: '<%= config.bin %> config' },
    { description: 'What would hold with other settings', command: 'TASKQ_CONCURRENCY=50 <%= config.bin %> config' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Config)
    const app = await this.openApp(flags)
    const [{ describeConfig }, { presentConfig }] = await Promise.all([
      import('../../config/describe-config.js'),
      import('../presenters/config.js'),
    ])
    const { root, file } = app.config
    const settings = describeConfig(app.config)
    this.log(presentConfig(file, settings))
    return { root, file: file ?? null, settings }
  }
}
