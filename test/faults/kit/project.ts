import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { App } from '../../../dist/app/app.js'
import type { Client } from '../../../dist/client/client.js'
import { resolveConfig } from '../../../dist/config/resolve-config.js'
import type { TaskqConfig } from '../../../dist/config/taskq-config.js'
import { Program, WorkerProcess } from './worker-process.ts'

/** The tasks that rows run stand there, in `tasks/`. */
export const PROJECT = fileURLToPath(new URL('../project', import.meta.url))
const TASKQ = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

/** A finished command. */
export interface CommandRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

/** How a process of the project is started, beside the project's own settings. */
export interface ProcessOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[]
  readonly cwd?: string
}

/** What a project needs of its row. */
export interface ProjectSite {
  readonly ledgerFile: string
  readonly env: NodeJS.ProcessEnv
  readonly onStarted: (program: Program) => void
  readonly onKilled: (pid: number) => void
  readonly onClose: (close: () => Promise<void>) => void
}

/** A project of a user's: its tasks, with a configuration of the row's. Its programs are the real command line. */
export class Project {
  readonly config: TaskqConfig
  readonly #site: ProjectSite
  #app: App | undefined

  constructor(config: TaskqConfig, site: ProjectSite) {
    this.config = config
    this.#site = site
  }

  /** The same app as its workers', in this process: for callers, and for looking. */
  get app(): App {
    this.#app ??= this.newApp()
    return this.#app
  }

  /** One more app in this process, with connections of its own. Closed with the row. */
  newApp(over: TaskqConfig = {}): App {
    const value = { tasks: ['tasks/*.mjs'], ...this.config, ...over }
    const config = resolveConfig({ root: PROJECT, file: { path: 'row', value }, env: {} })
    const app = App.of(config, { cwd: PROJECT, env: {}, warn: () => {} })
    this.#site.onClose(() => app.close())
    return app
  }

  client(): Promise<Client> {
    return this.app.client()
  }

  /** Starts `taskq worker …flags`. Await its `ready()`. */
  worker(flags: readonly string[] = [], options: ProcessOptions = {}): WorkerProcess {
    return this.#start(WorkerProcess, ['worker', ...flags], options)
  }

  /** Starts `taskq …args` as a program that runs on. */
  start(args: readonly string[], options: ProcessOptions = {}): Program {
    return this.#start(Program, args, options)
  }

  /** Runs `taskq …args` to its end. */
  async taskq(args: readonly string[], options: ProcessOptions = {}): Promise<CommandRun> {
    const program = this.#start(Program, args, options)
    const told = { stdout: '', stderr: '' }
    program.child.stdout?.on('data', (text) => {
      told.stdout += text
    })
    program.child.stderr?.on('data', (text) => {
      told.stderr += text
    })
    const { code, ms } = await program.exited
    return { code, ms, ...told }
  }

  #start<P extends Program>(
    Kind: new (child: ReturnType<typeof spawn>, onKilled: (pid: number) => void) => P,
    args: readonly string[],
    { env, nodeFlags = [], cwd = PROJECT }: ProcessOptions,
  ): P {
    const child = spawn(process.execPath, [...nodeFlags, TASKQ, ...args], {
      cwd,
      env: {
        ...this.#site.env,
        NO_COLOR: '1',
        FAULTS_CONFIG: JSON.stringify(this.config),
        FAULTS_LEDGER: this.#site.ledgerFile,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const program = new Kind(child, this.#site.onKilled)
    this.#site.onStarted(program)
    return program
  }
}
