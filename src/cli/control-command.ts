import { string } from '@oclif/core/flags'
import type { WorkerCommand } from '../engine/control/worker-command.js'
import type { WorkerFacts } from '../engine/workers/worker-facts.js'
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

  /**
   * Tells the workers. Where one refuses or does not answer, the command ends with 1.
   *
   * @param confirm asked with those who are meant, before any is told; where it says no, the command ends with 130
   */
  protected async steer(
    flags: ControlFlags,
    command: WorkerCommand,
    confirm?: (workers: readonly WorkerFacts[]) => Promise<boolean>,
  ): Promise<unknown> {
    const timeoutMs = durationFlag('--timeout', flags.timeout)
    const [{ tellWorkers, workersToSteer }, { presentSteering, steeringJson }] = await Promise.all([
      import('../control/steer.js'),
      import('./presenters/control.js'),
    ])
    const engine = await (await this.openApp(flags)).engine()
    const { destination } = flags
    const workers = await workersToSteer(engine, destination === undefined ? {} : { destination })
    if (confirm !== undefined && !(await confirm(workers))) {
      this.log('No worker was told anything.')
      return this.exit(130)
    }
    const report = await tellWorkers(engine, command, workers, timeoutMs)
    this.log(presentSteering(report))
    if (report.silent.length > 0 || report.answers.some(({ ok }) => !ok)) process.exitCode = 1
    return steeringJson(command, report)
  }
}
