import { Console } from 'node:console'
import { string } from '@oclif/core/flags'
import type { App } from '../app/app.js'
import type { FlagValues } from '../config/overrides.js'
import { BaseCommand } from './base-command.js'

/** The flags of every command that works with a project. */
export interface AppFlags {
  readonly config?: string | undefined
  readonly broker?: string | undefined
  readonly prefix?: string | undefined
}

/** A command that works with the project around the working directory. */
export abstract class AppCommand extends BaseCommand {
  static override baseFlags = {
    config: string({ description: 'this configuration file and no other', helpGroup: 'PROJECT' }),
    broker: string({
      char: 'b',
      description: 'the broker: redis://host:port. Give passwords by REDIS_URL: every user sees a command line',
      helpGroup: 'PROJECT',
    }),
    prefix: string({ description: "the name of this app's keys in Redis", helpGroup: 'PROJECT' }),
  }

  /** Whether what task files print goes to standard error, so that standard output holds the command's own alone. */
  protected readonly ownsStdout: boolean = true

  #app: App | undefined

  /**
   * Loads the project; it is closed when the command ends. Jobs that task files enqueue go through it too.
   *
   * @throws TaskqError `TASKQ_CONFIG_UNREADABLE`, `TASKQ_CONFIG_INVALID`
   */
  protected async openApp(flags: AppFlags, more: Partial<FlagValues> = {}): Promise<App> {
    const [{ App }, { useApp }] = await Promise.all([import('../app/app.js'), import('../app/ambient.js')])
    if (this.ownsStdout) globalThis.console = new Console(process.stderr)
    const { config, broker, prefix } = flags
    if (broker !== undefined && /:\/\/[^/@]*:[^/@]*@/.test(broker))
      this.warn('--broker holds a password, which every user of this machine can see; set REDIS_URL instead.')
    this.#app = await App.load({
      cwd: process.cwd(),
      env: process.env,
      ...(config !== undefined && { configPath: config }),
      flags: { ...(broker !== undefined && { broker }), ...(prefix !== undefined && { prefix }), ...more },
      warn: (message) => this.warn(message),
    })
    useApp(this.#app)
    return this.#app
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    await this.#app?.close()
    await super.finally(error)
  }
}
