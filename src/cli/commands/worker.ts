import { boolean } from '@oclif/core/flags'
import { AppCommand } from '../app-command.js'
import { placeOf, readAutoscale, settingsOf, workerFlags } from '../worker-flags.js'

/** `taskq worker`: serves queues until it is told to stop. */
export default class Worker extends AppCommand {
  static override summary = 'Run jobs: serve the queues of this project.'
  static override description =
    `SIGTERM or Ctrl-C: it takes no more jobs, and lets running ones finish for up to 25 s (--shutdown-timeout); what is not done then goes back to its queue, and no attempt is counted. A second signal gives the running jobs back now, a third ends the process.

Exits with 0 after a stop (143 before it has connected), 1 when task files cannot be imported, the broker cannot be used or it has hung for a minute, 2 for wrong settings.`
  static override examples = [
    { description: 'Serve all queues of the project', command: '<%= config.bin %> worker' },
    { description: 'Serve two queues, 20 jobs at once', command: '<%= config.bin %> worker -Q emails,reports -c 20' },
    { description: 'As many jobs at once as there is work for', command: '<%= config.bin %> worker --autoscale 20,3' },
    { description: 'With metrics and health by HTTP', command: '<%= config.bin %> worker --metrics-port 9100' },
    { description: 'With health alone', command: '<%= config.bin %> worker --health-port 8080' },
    { description: 'With the schedule, for development', command: '<%= config.bin %> worker --beat' },
    { description: 'Do what waits, then end', command: '<%= config.bin %> worker --burst' },
  ]

  static override flags = {
    ...workerFlags,
    burst: boolean({ description: 'end when nothing can start any more; jobs that wait for their time stay' }),
    once: boolean({ description: 'end after one job' }),
    beat: boolean({ char: 'B', description: 'run Beat, too: enqueue what the schedule says' }),
  }

  protected override readonly ownsStdout = false

  async run(): Promise<void> {
    const { flags } = await this.parse(Worker)
    const autoscale = flags.autoscale === undefined ? undefined : readAutoscale(flags.autoscale)
    const [metrics, health] = [placeOf(flags, 'metrics'), placeOf(flags, 'health')]
    const app = await this.openApp(flags, settingsOf(flags))
    const { runWorker } = await import('../run-worker.js')
    await runWorker(app, {
      burst: flags.burst,
      once: flags.once,
      beat: flags.beat,
      ...(flags.queue !== undefined && { queues: flags.queue }),
      ...(flags['exclude-queue'] !== undefined && { excludeQueues: flags['exclude-queue'] }),
      ...(flags.name !== undefined && { name: flags.name }),
      ...(autoscale !== undefined && { autoscale }),
      ...(metrics !== undefined && { metrics }),
      ...(health !== undefined && { health }),
    })
  }
}
