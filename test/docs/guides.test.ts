import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readScheduleFlags } from '../../src/cli/read-schedule-flags.js'
import type { ScheduleFlags } from '../../src/cli/schedule-flags.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { loadConfigFile } from '../../src/discovery/load-config-file.js'
import { checkScheduleEntry } from '../../src/schedule/check-entry.js'
import { commandOf, parseLine } from './command-line.js'
import { codesIn, Page, wordsOf } from './page.js'
import { compile, writeProjects } from './page-project.js'

afterEach(() => vi.unstubAllEnvs())

const GUIDES = ['docs/guides/schedules.md', 'docs/guides/from-celery-beat.md'].map((path) => new Page(path))
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

const OTHERS = readdirSync('docs/guides')
  .map((file) => new Page(`docs/guides/${file}`))
  .filter(({ path }) => !GUIDES.some((guide) => guide.path === path))

/** Environment variables from which configurations of guides take keys. */
const KEYS_IN_GUIDES = ['PAYLOAD_KEY', 'SIGNING_KEY']

/** The programs that a page shows as tests: they need no broker. */
const testsOf = (project: string): string[] =>
  existsSync(join(project, 'test')) ? readdirSync(join(project, 'test')).map((name) => join('test', name)) : []

describe.each(OTHERS)('$path', (page) => {
  test('shows TypeScript that compiles', () => {
    for (const project of writeProjects(page)) expect(compile(project)).toBe('')
  })

  test('shows configurations that are right', async () => {
    for (const name of KEYS_IN_GUIDES) vi.stubEnv(name, Buffer.alloc(32, name).toString('base64'))
    for (const project of writeProjects(page)) {
      const { root, file } = await loadConfigFile(project)
      if (file !== undefined) expect(resolveConfig({ root, file })).toHaveProperty('defaultQueue')
    }
  })

  test('shows tests that pass', () => {
    for (const project of writeProjects(page))
      for (const file of testsOf(project)) execFileSync(process.execPath, [file], { cwd: project, stdio: 'pipe' })
  })

  test('shows command lines that can be parsed', async () => {
    const lines = page.commandLines.map((line) => line.replace(/^npx /, '').replace(/ \| .*/, ''))
    for (const line of lines.filter((line) => line.startsWith('taskq '))) await parseLine(line)
  })
})

test.each(['README.md', 'docs/guides/start.md', 'docs/reference/commands.md'])(
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
