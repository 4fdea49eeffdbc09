import type { DeadReport } from '../control/dead/dead-letters.js'
import { AppCommand, type AppFlags } from './app-command.js'
import type { DeadDesk } from './dead-work.js'

/** A command that changes many jobs at once, and asks before it does. */
export abstract class BulkCommand extends AppCommand {
  static override enableJsonFlag = true

  /** Refuses, before anything is begun, where a question could not be asked. @throws TaskqError `TASKQ_USAGE` */
  protected async requireAnswerer(yes: boolean, flag = '--yes'): Promise<void> {
    if (yes) return
    const { requireAnswerer } = await import('./prompts/confirm.js')
    requireAnswerer((this.id ?? '').replaceAll(':', ' '), flag, this.jsonEnabled())
  }

  /** Asks; where the answer is no, the command ends with 130 and nothing was changed. */
  protected async confirm(yes: boolean, question: string): Promise<void> {
    if (yes) return
    const { confirmed } = await import('./prompts/confirm.js')
    if (await confirmed(question)) return
    this.log('Nothing was changed.')
    this.exit(130)
  }

  /** What a service of many jobs has of its command. */
  protected desk(flags: AppFlags): DeadDesk {
    return {
      openApp: () => this.openApp(flags),
      requireAnswerer: (yes) => this.requireAnswerer(yes),
      confirm: (yes, question) => this.confirm(yes, question),
    }
  }

  /** Shows what came of dead letters. Where one was refused, the command ends with 1. */
  protected async tell(report: DeadReport): Promise<DeadReport> {
    const { presentDeadReport } = await import('./presenters/dead.js')
    this.log(presentDeadReport(report))
    if (report.refused.length > 0) process.exitCode = 1
    return report
  }
}
