import type { App } from '../app/app.js'
import type { Schedules } from '../control/schedules.js'
import { AppCommand, type AppFlags } from './app-command.js'

/** A command about schedule entries. */
export abstract class ScheduleCommand extends AppCommand {
  /** Opens the project's schedules. */
  protected async openSchedules(flags: AppFlags): Promise<Schedules> {
    return (await this.openApp(flags)).schedules()
  }

  /** As {@link openSchedules}, for a command that makes jobs: with the project's tasks imported. */
  protected async openWithTasks(flags: AppFlags): Promise<{ app: App; schedules: Schedules }> {
    const app = await this.openApp(flags)
    const { failures } = await app.discover()
    if (failures.length > 0) this.warn(`${failures.length} task file(s) cannot be imported: see taskq list`)
    return { app, schedules: await app.schedules() }
  }
}
