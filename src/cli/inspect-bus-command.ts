import { string } from '@oclif/core/flags'
import type { SteerReport } from '../control/steer.js'
import { durationFlag } from './call-flags.js'
import { InspectCommand, type InspectFlags } from './inspect-command.js'

/** A command that asks the workers themselves, and therefore waits for answers. */
export abstract class InspectBusCommand extends InspectCommand {
  static override baseFlags = {
    ...InspectCommand.baseFlags,
    timeout: string({ description: 'how long to wait for the slowest answer', default: '3s' }),
  }

  /** Asks them. Where none answers, or one of those that were named does not, the command ends with 1. */
  protected async ask(
    question: 'inspectPing' | 'inspectConf',
    flags: InspectFlags & { readonly timeout: string },
  ): Promise<SteerReport> {
    const timeoutMs = durationFlag('--timeout', flags.timeout)
    const bus = await import('../control/inspect-bus.js')
    const { engine, choice } = await this.openInspection(flags)
    const report = await bus[question](engine, { ...choice, timeoutMs })
    this.requireAny(report.answers)
    if (flags.destination !== undefined && report.silent.length > 0) process.exitCode = 1
    return report
  }
}
