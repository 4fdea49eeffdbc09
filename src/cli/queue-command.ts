import { AppCommand, type AppFlags } from './app-command.js'

/** A command that holds queues, or lets them go on. */
export abstract class QueueCommand extends AppCommand {
  static override enableJsonFlag = true

  /** Does it for one queue after the other, and says for each whether that changed it. Where one is unknown, for none. */
  protected async change(flags: AppFlags, verb: 'pauseQueue' | 'resumeQueue', names: readonly string[]) {
    const [control, { requireQueue }, { safeText }] = await Promise.all([
      import('../control/queues.js'),
      import('../control/known-queues.js'),
      import('../codec/safe-text.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    await Promise.all(names.map((queue) => requireQueue(engine, queue)))
    const queues = []
    for (const queue of names) {
      const { done, text } = await control[verb](engine, queue)
      this.log(`${safeText(text)}.`)
      queues.push({ queue, changed: done > 0 })
    }
    return { queues }
  }
}
