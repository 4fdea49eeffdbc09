import type { App } from '../../app/app.js'
import { AppCommand } from '../app-command.js'

/** `taskq doctor`: what would lose jobs, and how to correct it. */
export default class Doctor extends AppCommand {
  static override summary = 'Look for what loses jobs or keeps them from running, with the cure.'
  static override description =
    'Looks at Node, the configuration, the broker (reachable, version, mode, eviction, persistence, replicas, access, clock) and the task files. Exits with 1 when something must be corrected.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Look at everything', command: '<%= config.bin %> doctor' },
    { description: 'Look at another broker', command: '<%= config.bin %> doctor --broker redis://staging:6379' },
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Doctor)
    const [{ examine }, { presentFindings }, { stdoutPaint }] = await Promise.all([
      import('../../control/doctor.js'),
      import('../presenters/doctor.js'),
      import('../paint.js'),
    ])
    let app: Promise<App> | undefined
    const open = () => {
      app ??= this.openApp(flags)
      return app
    }
    const findings = await examine({
      nodeVersion: process.version,
      production: process.env.NODE_ENV === 'production',
      loadConfig: async () => (await open()).config,
      askBroker: async () => {
        const [{ redis, embedded }, engine] = await Promise.all([(await open()).broker(), (await open()).engine()])
        return {
          info: await engine.brokerInfo(),
          redis,
          embedded: embedded?.engine === 'js' ? 'js' : embedded && 'server',
        }
      },
      discover: async () => (await open()).discover(),
    })
    this.log(presentFindings(findings, stdoutPaint))
    if (findings.some(({ status }) => status === 'fail')) process.exitCode = 1
    return { ok: findings.every(({ status }) => status !== 'fail'), findings }
  }
}
