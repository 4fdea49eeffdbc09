import { string } from '@oclif/core/flags'
import type { WorkerCommand } from '../engine/worker-command.js'
import { AppCommand, type AppFlags } from './app-command.js'
import { durationFlag } from './call-flags.js'
import { destinationFlag } from './destination-flag.js'

/** The flags of a command that tells workers something. */
export interface ControlFlags extends AppFlags {
  readonly destination?: string[] | undefined
  readonly timeout: string
}

/** A command that tells live workers something, and shows what they answer. */
export abstract class ControlCommand extends AppCommand {
  static override enableJsonFlag = true

  static override baseFlags = {
    ...AppCommand.baseFlags,
    destination: destinationFlag,
    timeout: string({ description: 'how long to wait for the slowest answer', default: '3s' }),
  }

  /** Tells the workers. Where one refuses or does not answer, the command ends with 1. */
  protected async steer(flags: ControlFlags, command: WorkerCommand): Promise<unknown> {
    const timeoutMs = durationFlag('--timeout', flags.timeout)
    const [{ steerWorkers }, { presentSteering, steeringJson }] = await Promise.all([
      import('../control/steer.js'),
      import('./presenters/control.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    const { destination } = flags
    const report = await steerWorkers(engine, command, { timeoutMs, ...(destination && { destination }) })
    this.log(presentSteering(report))
    if (report.silent.length > 0 || report.answers.some(({ ok }) => !ok)) process.exitCode = 1
    return steeringJson(command, report)
  }
}
