import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CliProject, UNSAFE } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** They print what taskq itself has made, or hand it on as JSON: see json-line.ts, which escapes. */
const OWN_WORDS = [
  'init.ts',
  'live-workers.ts',
  'purge.ts',
  'queue-cells.ts',
  'schedule-time.ts',
  'worker-json.ts',
  'workflows.ts',
]

test('each presenter of the command line makes texts safe, or has none from outside', () => {
  const bare = readdirSync('src/cli/presenters').filter(
    (file) =>
      !/safeText|safeLines|safeValues|formatTable|from '\.\/table\.js'/.test(read(`src/cli/presenters/${file}`)),
  )
  expect(bare.filter((file) => !OWN_WORDS.includes(file))).toEqual([])
})

test('only the theme, the screen and the paint of the command line write escape sequences', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  const writers = files.filter((file) => /\\u001b\[|\\x1b\[|\\u001B\[/.test(read(`src/${file}`)))
  expect(writers.filter((file) => !/^(?:tui|cli)\//.test(file))).toEqual([])
  expect(writers.filter((file) => file.startsWith('cli/presenters/'))).toEqual([])
})

test('nothing else writes to the terminal, but makes it safe', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  const writers = files.filter((file) => /process\.std(?:out|err)\.write|console\.(?:log|error)\(/.test(code(file)))
  const others = writers.filter((file) => !/^(?:cli|tui|embedded)\//.test(file))
  expect(others.filter((file) => !/\.write\(`[^`]*\$\{safe(?:Text|Lines)\(/.test(code(file)))).toEqual([])
})

test('a child of a pool that an error ends shows nothing of it to the terminal that it would obey', async () => {
  const task = `import { defineTask } from 'taskq'
export const dies = defineTask({ name: 'dies', pool: 'process', retries: 0 }, async (_, text) => {
  setImmediate(() => { throw new Error(text) })
  await new Promise(() => {})
})`
  const project = new CliProject(broker.url).write('src/tasks/dies.mjs', task)
  const app = testApp(broker, { config: { prefix: project.env.TASKQ_PREFIX as string } })
  await app.client.enqueue('dies', ['\u001b]0;owned\u0007\u001b[2J\u202eevil'])
  const run = await project.run(['worker', '--burst'])
  expect(run.stdout + run.stderr).toContain('\\u001b]0;owned')
  expect(run.stdout + run.stderr).not.toMatch(UNSAFE)
})

const read = (path: string): string => readFileSync(path, 'utf8')
const code = (file: string): string => read(`src/${file}`).replace(/^\s*(?:\*|\/\/).*$/gm, '')
