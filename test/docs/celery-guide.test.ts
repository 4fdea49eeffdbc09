import { describe, expect, test } from 'vitest'
import { CONFIG_SCHEMA } from '../../src/config/schema.js'
import { leafKeys } from '../../src/config/schema-keys.js'
import { CALL_KEYS } from '../../src/task/enqueue-problems.js'
import { TASK_OPTION_KEYS } from '../../src/task/options.js'
import { probe, statementsIn } from './celery-probe.js'
import {
  CALL_OPTIONS,
  CANVAS,
  COMMANDS,
  REQUEST_FIELDS,
  RESULT_MEMBERS,
  SETTINGS,
  TASK_METHODS,
  TASK_OPTIONS,
} from './celery-surface.js'
import { parseLine } from './command-line.js'
import { codesIn, Page } from './page.js'
import { compile, writeProjects } from './page-project.js'

const guide = new Page('docs/guides/from-celery.md')
const HEADS = {
  '`@app.task(…)`, attribute': TASK_OPTIONS,
  Method: TASK_METHODS,
  Canvas: CANVAS,
  '`apply_async(…)`': CALL_OPTIONS,
  '`AsyncResult`': RESULT_MEMBERS,
  Setting: SETTINGS,
  '`celery …`': COMMANDS,
}
/** Everything that the second columns of the tables say. */
const answers = [...Object.keys(HEADS), 'There'].flatMap((head) =>
  guide.tableUnder(head).map(([, answer = '']) => answer),
)
const answering = (form: RegExp): string[] => answers.flatMap(codesIn).flatMap((code) => form.exec(code)?.[1] ?? [])

describe.each(Object.entries(HEADS))('the table of %s', (head, names) => {
  const rows = guide.tableUnder(head)
  const cells = rows.map(([cell = '']) => namesIn(cell))

  test.each(names)('has a row for %s', (name) => {
    expect(cells.flat().some((known) => known === name || isPrefix(known, name))).toBe(true)
  })

  test('says something in every row', () => {
    for (const row of rows) expect(row[1]?.replace(/[|\s]/g, ''), row[0]).not.toBe('')
  })
})

test.each(REQUEST_FIELDS)('there is a row for Task.request.%s', (name) => {
  const cells = guide.tableUnder('`@app.task(…)`, attribute').map(([cell = '']) => cell)
  const ofRequest = cells.filter((cell) => cell.startsWith('`Task.request.')).flatMap(codesIn)
  expect(ofRequest.map((code) => code.replace('Task.request.', ''))).toContain(name)
})

describe('what the guide points to', () => {
  test('is TypeScript that compiles, but for its blanks', () => {
    const statements = answers.flatMap(statementsIn)
    expect(statements.length).toBeGreaterThan(90)
    for (const project of writeProjects(probe(statements))) expect(compile(project)).toBe('')
  })

  test.each([
    'await result.nothing()',
    'this.request.nothing',
    'throw new Reject(reason, { nothing })',
    '@Task({ backoff })`: `nothing',
    '@Task({ nothing })',
    'applyAsync(args, { nothing })',
    'onNothing',
    "config: taskOptions`: `{ '*': { nothing: 1 } }",
  ])('would not be %s', (code) => {
    const [project = ''] = writeProjects(probe(statementsIn(`\`${code}\``)))
    expect(compile(project)).toContain('error TS')
  })

  test('are options of a task that exist', () => {
    const named = answering(/^@Task\(\{ (\w+) \}\)$/)
    expect(named.length).toBeGreaterThan(20)
    for (const option of named) expect(TASK_OPTION_KEYS).toContain(option)
  })

  test('are options of a call that exist', () => {
    const named = answering(/^applyAsync\(args, \{ (\w+) \}\)$/)
    expect(named.length).toBeGreaterThan(8)
    for (const option of named) expect(CALL_KEYS).toContain(option)
  })

  test('are settings that exist', () => {
    const keys = leafKeys(CONFIG_SCHEMA)
    const named = answering(/^config: ([\w.*]+)$/)
    expect(named.length).toBeGreaterThan(20)
    for (const key of named)
      expect(
        keys.some((known) => known === key || (/^[.[]/.test(known.slice(key.length)) && known.startsWith(key))),
        key,
      ).toBe(true)
  })

  test('are commands that exist, with flags that they have', async () => {
    const lines = answers.flatMap(codesIn).filter((code) => code.startsWith('taskq ') && !code.startsWith('taskq/'))
    expect(lines.length).toBeGreaterThan(25)
    for (const line of lines) await expect(parseLine(line), line).resolves.toBeDefined()
  })
})

/** The names in a cell: of `worker --purge` the command alone; of `inspect stats`, `memsample` both with their topic. */
function namesIn(cell: string): string[] {
  let topic = ''
  return codesIn(cell).map((code) => {
    const [first = '', second = ''] = code.replace(/\(.*$/, '').split(/[\s=]+/)
    if (first === 'inspect' || first === 'control') topic = first
    if (first === topic) return `${first} ${second}`
    if (code === 'list bindings') return code
    return topic === '' || first.includes('_*') ? first : `${topic} ${first}`
  })
}

const isPrefix = (known: string, name: string): boolean => known.endsWith('_*') && name.startsWith(known.slice(0, -1))
