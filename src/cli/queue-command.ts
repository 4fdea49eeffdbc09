import { AppCommand, type AppFlags } from './app-command.js'

/** A command that holds queues, or lets them go on. */
export abstract class QueueCommand extends AppCommand {
  static override enableJsonFlag = true

  /** Does it for one queue after the other. Where it could not be done for one, the command ends with 1. */
  protected async change(flags: AppFlags, verb: 'pauseQueue' | 'resumeQueue', names: readonly string[]) {
    const [control, { presentAction }] = await Promise.all([
      import('../control/queues.js'),
      import('./presenters/control.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    const queues = []
    for (const queue of names) {
      const report = await control[verb](engine, queue)
      this.log(presentAction(report))
      if (report.refused.length > 0) process.exitCode = 1
      queues.push({ queue, ...report })
    }
    return { queues }
  }
}
