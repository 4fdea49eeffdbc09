import { Console } from 'node:console'
import { once } from 'node:events'
import { join } from 'node:path'
import { type REPLServer, start } from 'node:repl'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import type { App } from '../app/app.js'
import { safeLines } from '../codec/safe-text.js'
import { brokerFolder, prepareFolder } from '../embedded/broker-folder.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'
import { presentShellBanner } from './presenters/shell.js'
import { createShellContext } from './shell-context.js'

/** How the shell was called. */
export interface ShellOptions {
  /** What `-e` gave. */
  readonly code: string | undefined
  readonly env: NodeJS.ProcessEnv
}

/** The life of `taskq shell`: a line, a script, or a dialogue until it is left. */
export async function runShell(app: App, definitions: readonly TaskDefinition[], options: ShellOptions): Promise<void> {
  // What the user's own code prints is what was asked for.
  globalThis.console = new Console(process.stdout, process.stderr)
  const { things, tasks } = createShellContext(app, definitions)
  Object.assign(globalThis, things, tasks)
  if (options.code !== undefined) {
    const value = await evaluate(options.code)
    if (value !== undefined) process.stdout.write(`${show(value)}\n`)
  } else if (!process.stdin.isTTY) {
    await evaluate(await text(process.stdin))
  } else {
    process.stdout.write(`${presentShellBanner(Object.keys(things), Object.keys(tasks))}\n`)
    await converse(app, options.env)
  }
}

/** Errors, too, may hold what would speak to the terminal. */
const show = (value: unknown): string => safeLines(inspect(value, { depth: 4 }))

/** Runs a script as the dialogue would: `await` may stand anywhere. */
async function evaluate(code: string): Promise<unknown> {
  const silence = { input: new PassThrough(), output: new PassThrough().resume() }
  const server = start({ ...silence, terminal: false, prompt: '', useGlobal: true })
  try {
    return await new Promise((resolve, reject) => {
      server.eval(`${code}\n`, server.context, 'taskq-shell.js', (error, value) =>
        error === null || error === undefined ? resolve(value) : reject(tellSyntax(error)),
      )
    })
  } finally {
    server.close()
  }
}

/** In a dialogue, code that is not complete only needs one more line. */
function tellSyntax(error: Error): Error {
  const syntax = (error as { err?: unknown }).err ?? error
  if (!(syntax instanceof SyntaxError)) return error
  return new TaskqError('TASKQ_USAGE', `the code cannot be read: ${syntax.message}`)
}

async function converse(app: App, env: NodeJS.ProcessEnv): Promise<void> {
  const server = start({ prompt: 'taskq> ', useGlobal: true, breakEvalOnSigint: true, writer: show })
  const left = once(server, 'exit')
  keepHistory(server, app.config.root, env.TASKQ_HISTORY)
  await left
}

/** Without a history, where its file cannot be written. */
function keepHistory(server: REPLServer, root: string, wanted: string | undefined): void {
  if (wanted === '') return
  try {
    if (wanted === undefined) prepareFolder(brokerFolder(root))
  } catch {
    return
  }
  server.setupHistory(wanted ?? join(brokerFolder(root), 'shell-history'), () => {})
}
