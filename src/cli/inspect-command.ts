import { AppCommand, type AppFlags } from './app-command.js'
import { destinationFlag } from './destination-flag.js'

/** The flags of a command that looks at workers. */
export interface InspectFlags extends AppFlags {
  readonly destination?: string[] | undefined
}

/** A command that shows something of each live worker. */
export abstract class InspectCommand extends AppCommand {
  static override enableJsonFlag = true

  static override baseFlags = { ...AppCommand.baseFlags, destination: destinationFlag }

  /** Opens the project, and says which workers are meant. */
  protected async openInspection(flags: InspectFlags) {
    const engine = await (await this.openApp(flags)).engine()
    return { engine, choice: flags.destination === undefined ? {} : { destination: flags.destination } }
  }

  /** Where there is nobody to tell of, the command ends with 1. */
  protected requireAny(workers: readonly unknown[]): void {
    if (workers.length === 0) process.exitCode = 1
  }
}
