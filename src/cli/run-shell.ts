import { Console } from 'node:console'
import { once } from 'node:events'
import { join } from 'node:path'
import { start } from 'node:repl'
import { text } from 'node:stream/consumers'
import type { App } from '../app/app.js'
import { safeText } from '../codec/safe-text.js'
import { brokerFolder, prepareFolder } from '../embedded/broker-folder.js'
import type { TaskDefinition } from '../task/definition.js'
import { presentShellBanner } from './presenters/shell.js'
import { createShellContext } from './shell-context.js'
import { evaluate } from './shell-eval.js'
import { keepHistory } from './shell-history.js'
import { createShow } from './shell-show.js'

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
  const show = createShow(app.config)
  const { things, tasks } = createShellContext(app, definitions)
  Object.assign(globalThis, things, tasks)
  if (options.code !== undefined) {
    const value = await evaluate(options.code)
    if (value !== undefined) process.stdout.write(`${show(value)}\n`)
  } else if (!process.stdin.isTTY) {
    await evaluate(await text(process.stdin))
  } else {
    process.stdout.write(`${presentShellBanner(Object.keys(things), Object.keys(tasks))}\n`)
    await converse(app, options.env, show)
  }
}

async function converse(app: App, env: NodeJS.ProcessEnv, writer: (value: unknown) => string): Promise<void> {
  const server = start({ prompt: 'taskq> ', useGlobal: true, breakEvalOnSigint: true, writer })
  const left = once(server, 'exit')
  const file = historyFile(app.config.root, env.TASKQ_HISTORY)
  if (file !== undefined) keepHistory(server, file, (text) => process.stderr.write(`Warning: ${safeText(text)}\n`))
  await left
}

/** Undefined where none is wanted, or none can be kept. */
function historyFile(root: string, wanted: string | undefined): string | undefined {
  if (wanted !== undefined) return wanted === '' ? undefined : wanted
  try {
    prepareFolder(brokerFolder(root))
    return join(brokerFolder(root), 'shell-history')
  } catch {
    return undefined
  }
}
