import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { parse } from '@oclif/core/parser'
import { wordsOf } from './page.js'

const COMMANDS = fileURLToPath(new URL('../../src/cli/commands/', import.meta.url))
const known = globSync('**/*.ts', { cwd: COMMANDS }).map((file) => file.replace(/\.ts$/, '').replaceAll('\\', '/'))

/** A command line without `taskq`, as its command and the rest. `top` is another name of the dashboard. */
export function commandOf(words: readonly string[]): { name: string; rest: string[] } | undefined {
  const two = words.slice(0, 2).join('/')
  if (words[0] === 'top') return { name: 'dashboard', rest: words.slice(1) }
  if (known.includes(two)) return { name: two, rest: words.slice(2) }
  return known.includes(words[0] ?? '') ? { name: words[0] as string, rest: words.slice(1) } : undefined
}

type CommandClass = Required<Pick<typeof Command, 'args' | 'flags' | 'baseFlags' | 'enableJsonFlag'>>

/** Parses a line as the command line would. Throws what is wrong with it. */
export async function parseLine(line: string): Promise<{ name: string; args: { name?: string }; flags: object }> {
  const [program, ...words] = wordsOf(line)
  const command = program === 'taskq' ? commandOf(words) : undefined
  if (command === undefined) throw new Error(`no command of taskq: ${line}`)
  const loaded = (await import(join(COMMANDS, `${command.name}.ts`))) as { default: CommandClass }
  const { args: declared, flags: own, baseFlags, enableJsonFlag } = loaded.default
  const json = enableJsonFlag ? { json: boolean() } : {}
  const all = { args: declared, flags: { ...baseFlags, ...own, ...json }, strict: true }
  const { args, flags } = await parse(command.rest, all)
  return { name: command.name, args, flags }
}
