import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '../app/app.js'
import { safeText } from '../codec/safe-text.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import { TaskqError } from '../errors/taskq-error.js'
import { watchTree } from './watch-tree.js'
import { startWorkerChild, type WorkerChild } from './worker-child.js'

/** What `taskq dev` needs. */
export interface DevOptions {
  /** The worker's command line. */
  readonly workerArgs: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly say: (line: string) => void
}

/** How often the broker is looked after. */
const TEND_MS = 3000

/**
 * The life of `taskq dev`: a broker, and a worker that is started anew when the sources change, until
 * Ctrl-C. A worker that ends by itself is started anew with the next change.
 *
 * @throws TaskqError `TASKQ_DEV_IN_PRODUCTION`
 */
export async function runDev(app: App, { workerArgs, env, say }: DevOptions): Promise<void> {
  if (env.NODE_ENV === 'production') {
    throw new TaskqError('TASKQ_DEV_IN_PRODUCTION', 'taskq dev is for development, and NODE_ENV is production', {
      hint: 'Run taskq worker there.',
    })
  }
  const stopTending = await keepBroker(app, env)
  const start = () => startWorkerChild(workerArgs, app.config.root, env)
  const session = new DevSession(start, say)
  const stopWatching = watchTree(app.config.root, {
    ignore: foldersToIgnore(app.config),
    onChange: (file) => session.restart(`${safeText(file)} changed`),
    onUnwatched: (folder, error) => say(`${safeText(folder)} is not watched: ${error.message}`),
  })
  try {
    await session.run()
  } finally {
    stopWatching()
    stopTending()
  }
}

/** One worker at a time, and the wishes that come meanwhile. */
class DevSession {
  #wish: 'none' | 'restart' | 'end' = 'none'
  #wake = Promise.withResolvers<void>()

  constructor(
    private readonly start: () => WorkerChild,
    private readonly say: (line: string) => void,
  ) {}

  restart(why: string): void {
    if (this.#wish !== 'none') return
    this.say(`${why}: the worker starts anew`)
    this.#want('restart')
  }

  async run(): Promise<void> {
    const end = (): void => this.#want('end')
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    for (const signal of signals) process.on(signal, end)
    try {
      while (this.#wish !== 'end') await this.#runOnce()
    } finally {
      for (const signal of signals) process.off(signal, end)
    }
  }

  async #runOnce(): Promise<void> {
    this.#wish = 'none'
    this.#wake = Promise.withResolvers()
    const child = this.start()
    const end = await Promise.race([child.ended, this.#wake.promise])
    if (end !== undefined && this.#wish === 'none') this.say(`the worker ended (${end}); a change starts it anew`)
    await this.#wake.promise
    await child.stop()
  }

  #want(wish: 'restart' | 'end'): void {
    this.#wish = wish
    this.#wake.resolve()
  }
}

/** Starts the broker, holds it while the worker is away, and starts it again when it was killed. */
async function keepBroker(app: App, env: NodeJS.ProcessEnv): Promise<() => void> {
  await (await app.engine()).brokerInfo()
  if (app.config.broker.kind === 'redis') return () => {}
  const { resolveBroker } = await import('../app/resolve-broker.js')
  const timer = setInterval(() => void resolveBroker(app.config, env).catch(() => {}), TEND_MS)
  return () => clearInterval(timer)
}

/** What is compiled changes with the sources, and once is enough; unless it is what runs. */
function foldersToIgnore({ root, tasks }: ResolvedConfig): ReadonlySet<string> {
  const ignored = new Set(['node_modules', '.git', '.taskq', 'coverage'])
  const runsDist =
    tasks === undefined ? !existsSync(join(root, 'src')) : tasks.some((glob) => /(?:^|\/)dist\//.test(glob))
  if (!runsDist) ignored.add('dist')
  return ignored
}
