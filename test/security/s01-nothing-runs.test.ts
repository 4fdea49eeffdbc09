import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CliProject } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** Names that would be found, imported or run, if a job's name were more than a word to look up. */
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '../evil',
  './src/evil.mjs',
  'node:child_process',
  'file:///evil.mjs',
]
const EVIL = "import { writeFileSync } from 'node:fs'\nwriteFileSync('ran', 'it ran')\nexport const evil = () => {}\n"
/** Notes each module that is asked for. */
const HOOK = `
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) { appendFileSync(process.env.IMPORTS, name + '\\n'); return next(name, context) } })
`
const TASKS =
  "import { defineTask } from 'taskq'\nexport const echo = defineTask({ name: 'echo' }, (_, value) => value)\n"

test("a job's fields import nothing, call nothing, and change no prototype", async () => {
  const project = new CliProject(broker.url)
    .write('src/tasks/echo.mjs', TASKS)
    .write('src/evil.mjs', EVIL)
    .write('evil.mjs', EVIL)
    .write('hook.mjs', HOOK)
  const app = testApp(broker, { config: { prefix: project.env.TASKQ_PREFIX as string } })
  const add = (id: string, task: string, data: string) =>
    app.engine.producer.add({ id, lane: 'default', task, data, delayMs: 0 })
  const polluting =
    '{"v":1,"args":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}],"__proto__":{"polluted":1}}'
  await Promise.all(NAMES.map((task, n) => add(`name${n}`, task, '{"v":1,"args":[]}')))
  await add('polluting', 'echo', polluting)
  // Also without `Object.prototype.__proto__`: nothing of ours may need it.
  const NODE_OPTIONS = `--import ${new URL(`file://${project.root}/hook.mjs`).href} --disable-proto=throw`
  const run = await project.run(['worker', '--burst'], { NODE_OPTIONS, IMPORTS: `${project.root}/imports` })
  expect(run.code, run.stderr).toBe(0)
  const imported = readFileSync(`${project.root}/imports`, 'utf8').split('\n')
  expect(imported).toContain('taskq')
  expect(imported.filter((name) => /evil/.test(name))).toEqual([])
  expect(readdirSync(project.root)).not.toContain('ran')
  expect(await app.client.result('polluting').state()).toBe('succeeded')
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test('no source of ours evaluates text', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  const evaluating = files.filter((file) => /\beval\(|new Function\(|runIn\w*Context\(/.test(code(file)))
  expect(evaluating.filter((file) => !FOR_PEOPLE.test(file))).toEqual([])
})

/** Redis has a command of this name; the shell runs what a person types; `gc` is got at by a fixed word. */
const FOR_PEOPLE = /^(?:engine\/|cli\/shell|cli\/release-memory)/

const code = (file: string): string => readFileSync(`src/${file}`, 'utf8').replace(/^\s*(?:\*|\/\/).*$/gm, '')
