import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from '@oclif/core/command'
import { boolean } from '@oclif/core/flags'
import { parse } from '@oclif/core/parser'
import { describe, expect, test } from 'vitest'
import { readScheduleFlags } from '../../src/cli/read-schedule-flags.js'
import type { ScheduleFlags } from '../../src/cli/schedule-flags.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { loadConfigFile } from '../../src/discovery/load-config-file.js'
import { checkScheduleEntry } from '../../src/schedule/check-entry.js'
import { codesIn, Page, wordsOf } from './page.js'
import { compile, writeProjects } from './page-project.js'

const GUIDES = ['docs/guides/schedules.md', 'docs/guides/from-celery-beat.md'].map((path) => new Page(path))
const COMMANDS = fileURLToPath(new URL('../../src/cli/commands/', import.meta.url))
const known = globSync('**/*.ts', { cwd: COMMANDS }).map((file) => file.replace(/\.ts$/, '').replaceAll('\\', '/'))

/** A command line without `taskq`, as its command and the rest. */
function commandOf(words: readonly string[]): { name: string; rest: string[] } | undefined {
  const two = words.slice(0, 2).join('/')
  if (known.includes(two)) return { name: two, rest: words.slice(2) }
  return known.includes(words[0] ?? '') ? { name: words[0] as string, rest: words.slice(1) } : undefined
}

type CommandClass = Required<Pick<typeof Command, 'args' | 'flags' | 'baseFlags' | 'enableJsonFlag'>>

/** Parses a line as the command line would. Throws what is wrong with it. */
async function parseLine(line: string): Promise<{ name: string; args: { name?: string }; flags: object }> {
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

describe.each(GUIDES)('$path', (page) => {
  test('shows TypeScript that compiles, by the options that taskq init writes', () => {
    const projects = writeProjects(page)
    expect(projects).not.toEqual([])
    for (const project of projects) expect(compile(project)).toBe('')
  })

  test('shows configurations that are right', async () => {
    for (const project of writeProjects(page)) {
      const { root, file } = await loadConfigFile(project)
      if (file === undefined) throw new Error(`${project} has no configuration`)
      expect(resolveConfig({ root, file }).schedule.length).toBeGreaterThan(1)
    }
  })

  test('shows command lines that can be parsed, and entries that are right', async () => {
    expect(page.commandLines).not.toEqual([])
    for (const line of page.commandLines) {
      const { name, args, flags } = await parseLine(line)
      if (name !== 'schedule/add') continue
      const written = readScheduleFlags(flags as ScheduleFlags)
      expect(checkScheduleEntry(args.name ?? '', written, { timezone: 'UTC' }), line).toHaveProperty('entry')
    }
  })

  test('names no command that does not exist, and no flag', async () => {
    const named = codesIn(page.prose).filter((code) => code.startsWith('taskq '))
    expect(named).not.toEqual([])
    expect(named.filter((line) => commandOf(wordsOf(line).slice(1)) === undefined)).toEqual([])
    for (const line of named) if (line.includes(' -') && !line.includes('…')) await parseLine(line)
  })
})

test('docs/guides/monitoring.md shows TypeScript that compiles', () => {
  const projects = writeProjects(new Page('docs/guides/monitoring.md'))
  expect(projects).not.toEqual([])
  for (const project of projects) expect(compile(project)).toBe('')
})

test.each(['README.md', 'docs/guides/start.md', 'docs/guides/monitoring.md', 'docs/reference/commands.md'])(
  '%s shows command lines that can be parsed',
  async (path) => {
    const lines = new Page(path).commandLines.map((line) => line.replace(/^npx /, ''))
    const ours = lines.filter((line) => line.startsWith('taskq '))
    expect(ours).not.toEqual([])
    for (const line of ours) await parseLine(line)
  },
)

test.each([
  ['taskq schedule add x --task T --evry 5s', '--evry'],
  ['taskq schedule pause', 'Missing 1 required arg'],
  ['taskq schedul list', 'no command of taskq'],
])('%s would be noticed', async (line, problem) => {
  await expect(parseLine(line)).rejects.toThrow(problem)
})
