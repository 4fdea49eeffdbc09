import { symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Discovery } from '../../src/discovery/discover-tasks.js'
import { callBuilt, tempProject } from './support/temp-project.js'

const define = (name: string) =>
  `import { defineTask } from 'taskq'\nexport const task = defineTask({ name: '${name}' }, async () => 1)\n`
const decorated = (name: string) =>
  `import { BaseTask, Task } from 'taskq'\n\n@Task({ retries: 1 })\nexport class ${name} extends BaseTask {\n  async run(id: string) {\n    return id\n  }\n}\n`

async function discover(root: string, patterns?: string[], timeoutMs?: number) {
  const outcome = await callBuilt<Discovery>('discover-tasks', 'discoverTasks', { root, patterns, timeoutMs })
  const { tasks, files, failures } = outcome.value
  return {
    ...outcome,
    tasks: Object.fromEntries(tasks.map(({ definition, file }) => [definition.name, relative(root, file)])),
    files: files.map((file) => relative(root, file)),
    failures: failures.map((failure) => ({ ...failure, file: relative(root, failure.file) })),
  }
}

describe('a project in TypeScript', () => {
  const files = {
    'src/tasks/emails.ts': decorated('SendMail'),
    'src/tasks/deep/reports.ts': `import { level } from '@lib/level'\nimport '../../other'\n${define('reports.Daily')}export const used = level`,
    'src/tasks/emails.test.ts': 'throw new Error("loaded a test")',
    'src/tasks/types.d.ts': 'export {}',
    'src/tasks/node_modules/x/index.ts': 'throw new Error("loaded a package")',
    'src/tasks/notes.md': '# not code',
    'src/other.ts': define('Other'),
    'lib/level.ts': "export enum Level { A = 'a' }\nexport const level = Level.A",
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  }

  test.each(['module', 'commonjs'] as const)('of type %s: all tasks, and taskq is loaded once', async (type) => {
    const found = await discover(tempProject(files, type))
    expect(found.failures).toEqual([])
    expect(found.files).toEqual(['src/tasks/deep/reports.ts', 'src/tasks/emails.ts'])
    expect(found.tasks).toEqual({
      SendMail: 'src/tasks/emails.ts',
      'reports.Daily': 'src/tasks/deep/reports.ts',
      Other: 'src/other.ts',
    })
    expect(found.loads).toBe(1)
  })

  test('taskq is loaded once by import, require and plain JavaScript together', async () => {
    const root = tempProject({
      'src/tasks/a.ts': decorated('A'),
      'src/tasks/b.cts': "const { defineTask } = require('taskq')\ndefineTask({ name: 'B' }, () => 1)",
      'src/tasks/c.mjs': define('C'),
      'src/tasks/d.cjs': "const { defineTask } = require('taskq')\ndefineTask({ name: 'D' }, () => 1)",
    })
    const found = await discover(root)
    expect(found.failures).toEqual([])
    expect(Object.keys(found.tasks)).toEqual(['A', 'B', 'C', 'D'])
    expect(found.loads).toBe(1)
  })

  test('a .tsx file, and casts in a .ts file', async () => {
    const root = tempProject({
      'src/tasks/a.tsx': define('A'),
      'src/tasks/b.ts': `${define('B')}export const x = <string>('a' as unknown)`,
    })
    expect((await discover(root)).tasks).toEqual({ A: 'src/tasks/a.tsx', B: 'src/tasks/b.ts' })
  })
})

describe('which files', () => {
  test('sources win over their compiled twins, in dist and beside them', async () => {
    const root = tempProject({
      'src/tasks/a.ts': define('A'),
      'src/tasks/a.js': define('A'),
      'src/tasks/b.js': define('B'),
      'dist/tasks/a.js': define('A'),
    })
    expect((await discover(root)).files).toEqual(['src/tasks/a.ts', 'src/tasks/b.js'])
  })

  test('dist, where there are no sources', async () => {
    const root = tempProject({ 'dist/tasks/a.js': define('A') })
    expect((await discover(root)).tasks).toEqual({ A: 'dist/tasks/a.js' })
  })

  test('the patterns alone, where there are some; a folder means what is in it', async () => {
    const root = tempProject({
      'src/tasks/a.ts': define('A'),
      'jobs/b.mjs': define('B'),
      'jobs/c.mjs': define('C'),
      'jobs/x.json': '{}',
    })
    expect((await discover(root, ['jobs', '!jobs/c.mjs'])).tasks).toEqual({ B: 'jobs/b.mjs' })
    expect((await discover(root, [join(root, 'jobs/*.mjs')])).files).toEqual(['jobs/b.mjs', 'jobs/c.mjs'])
  })

  test('none is no failure', async () => {
    expect(await discover(tempProject({}))).toMatchObject({ tasks: {}, files: [], failures: [] })
  })
})

describe('out of the project', () => {
  test.each(['../*.mjs', 'src/../../*.mjs', '{..,src}/*.mjs', '/etc/**/*.mjs'])(
    'the pattern %s is refused',
    async (pattern) => {
      const root = tempProject({ 'src/tasks/a.mjs': define('A') })
      const found = await discover(root, [pattern, 'src/tasks/*.mjs'])
      expect(found.failures).toMatchObject([
        { code: 'TASKQ_DISCOVERY_OUTSIDE', message: expect.stringContaining(`leads out of the project ${root}`) },
      ])
      expect(found.tasks).toEqual({ A: 'src/tasks/a.mjs' })
    },
  )

  test('links are refused with their path, and nothing behind them runs', async () => {
    const outside = tempProject({ 'evil.mjs': 'globalThis.taskqLoads = 666' })
    const root = tempProject({ 'src/tasks/a.mjs': define('A'), 'src/real.mjs': define('Real') })
    symlinkSync(join(outside, 'evil.mjs'), join(root, 'src/tasks/evil.mjs'))
    symlinkSync(outside, join(root, 'src/tasks/folder'))
    symlinkSync(join(root, 'src/real.mjs'), join(root, 'src/tasks/linked.mjs'))
    const found = await discover(root)
    expect(found.failures.map(({ code, file }) => [code, file])).toEqual([
      ['TASKQ_DISCOVERY_OUTSIDE', 'src/tasks/evil.mjs'],
      ['TASKQ_DISCOVERY_OUTSIDE', 'src/tasks/folder'],
    ])
    expect(found.tasks).toEqual({ A: 'src/tasks/a.mjs', Real: 'src/real.mjs' })
    expect(found.loads).toBe(1)
  })
})

describe('a file that fails does not stop the others', () => {
  const CANARY = 'c4n4ry-s3cret'
  test.each<[string, string, object]>([
    [
      'ts',
      `const x = 'redis://u:${CANARY}@h'\nconst y = }`,
      { line: 2, message: expect.stringMatching(/^syntax error: /) },
    ],
    [
      'mjs',
      `const x = 'redis://u:${CANARY}@h'\nconst y = }`,
      { line: 2, message: expect.stringMatching(/^syntax error: /) },
    ],
    [
      'ts',
      `\n\nthrow new RangeError('at redis://u:${CANARY}@h')`,
      { line: 3, message: 'RangeError: at redis://u:***@h' },
    ],
    ['ts', "\nimport x from './gone.js'\nx()", { message: "Error: Cannot find module './gone.js'" }],
    [
      'mjs',
      "import x from 'gone-package'",
      { message: expect.stringMatching(/^Error: Cannot find package 'gone-package'/) },
    ],
    ['mjs', '\nawait new Promise(() => {})', { message: expect.stringMatching(/^it was not loaded within 0\.5 s/) }],
    [
      'ts',
      "import { Task } from 'taskq'\n\n@Task({ retrys: 3 })\nexport class X { run() {} }",
      { line: 4, code: 'TASKQ_TASK_OPTION_INVALID', hint: expect.any(String) },
    ],
  ])('.%s: %j', async (extension, text, failure) => {
    const root = tempProject({ [`src/tasks/bad.${extension}`]: text, 'src/tasks/good.ts': define('Good') })
    const found = await discover(root, undefined, 500)
    expect(found.tasks).toEqual({ Good: 'src/tasks/good.ts' })
    expect(found.failures).toMatchObject([
      { file: `src/tasks/bad.${extension}`, code: 'TASKQ_DISCOVERY_FAILED', ...failure },
    ])
    expect(JSON.stringify(found.failures)).not.toContain(CANARY)
  })

  test('an error in an imported file is told with that file', async () => {
    const root = tempProject({ 'src/tasks/a.ts': "import '../broken'", 'src/broken.ts': '\nthrow new Error("boom")' })
    expect((await discover(root)).failures).toMatchObject([
      { file: 'src/broken.ts', line: 2, message: 'Error: boom (imported by src/tasks/a.ts)' },
    ])
  })

  test('ES modules in a CommonJS package: the hint says what to do', async () => {
    const root = tempProject({ 'dist/tasks/a.js': define('A') }, 'commonjs')
    expect((await discover(root)).failures).toMatchObject([
      { file: 'dist/tasks/a.js', line: 1, hint: expect.stringContaining('"type": "module"') },
    ])
  })

  test.each(['ts', 'mjs'])('two tasks of one name, in .%s: both files are named', async (extension) => {
    const root = tempProject({
      [`src/tasks/a.${extension}`]: define('Same'),
      [`src/tasks/b.${extension}`]: define('Same'),
    })
    const found = await discover(root)
    expect(found.tasks).toEqual({ Same: `src/tasks/a.${extension}` })
    expect(found.failures).toMatchObject([{ file: `src/tasks/b.${extension}`, line: 2, code: 'TASKQ_TASK_NAME_TAKEN' }])
    expect(found.failures[0]?.message).toMatch(new RegExp(`a\\.${extension}:2 and .*b\\.${extension}:2`))
  })
})
