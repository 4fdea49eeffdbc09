import { join } from 'node:path'
import type { Command } from '@oclif/core/command'
import { Config } from '@oclif/core/config'
import { forgetTasks } from '../../src/task/registry.js'
import type { ProgramRun } from '../support/run-program.js'
import { ROOT } from './cli-project.js'

/** What a command is run in. */
export interface CommandPlace {
  readonly root: string
  readonly env: NodeJS.ProcessEnv
}

type CommandClass = typeof Command & { id: string; run(args: readonly string[], config: Config): Promise<unknown> }

let config: Promise<Config> | undefined
/** Whose tasks this process knows. */
let latestRoot: string | undefined

/** The class of a command: `queue list`. */
export async function loadCommand(name: string): Promise<CommandClass> {
  const file = join(ROOT, 'src/cli/commands', `${name.replaceAll(' ', '/')}.ts`)
  const loaded = (await import(file)) as { default: CommandClass }
  loaded.default.id = name.replaceAll(' ', ':')
  return loaded.default
}

/**
 * Runs a command in this process, which takes a tenth of the time of one of its own: with its folder, its environment
 * and its output. One at a time.
 */
export async function runCommand(
  { root, env }: CommandPlace,
  name: string,
  args: readonly string[] = [],
): Promise<ProgramRun> {
  config ??= Config.load({ root: ROOT })
  const command = await loadCommand(name)
  // A process has one project; task files of one that were imported do not run again.
  if (latestRoot !== root) forgetTasks()
  latestRoot = root
  const names = new Set(Object.keys(globalThis))
  const before = { cwd: process.cwd(), env: process.env, console: globalThis.console, exitCode: process.exitCode }
  const output = { stdout: capture(process.stdout), stderr: capture(process.stderr) }
  try {
    process.chdir(root)
    process.env = { ...env }
    process.exitCode = undefined
    await command.run([...args], await config).catch((error) => {
      if (error.code !== 'EEXIT') throw error
      process.exitCode = error.oclif.exit
    })
    return { code: Number(process.exitCode ?? 0), stdout: output.stdout.end(), stderr: output.stderr.end() }
  } finally {
    output.stdout.end()
    output.stderr.end()
    process.chdir(before.cwd)
    process.env = before.env
    process.exitCode = before.exitCode
    globalThis.console = before.console
    for (const name of Object.keys(globalThis)) if (!names.has(name)) Reflect.deleteProperty(globalThis, name)
  }
}

/** Takes what is written to a stream until it ends. */
function capture(stream: NodeJS.WriteStream): { end(): string } {
  const { write } = stream
  let text = ''
  stream.write = ((chunk: string | Uint8Array) => {
    text += String(chunk)
    return true
  }) as typeof stream.write
  return {
    end: () => {
      stream.write = write
      return text
    },
  }
}
