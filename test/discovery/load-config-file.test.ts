import { chmodSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LoadedConfig } from '../../src/discovery/load-config-file.js'
import { callBuilt, tempProject, write } from './support/temp-project.js'

const CANARY = 'c4n4ry-s3cret'
const load = (cwd: string, ...more: unknown[]) =>
  callBuilt<LoadedConfig>('load-config-file', 'loadConfigFile', cwd, ...more)

describe('finds', () => {
  test.each([
    ['taskq.config.ts', "export default { prefix: 'found' as string }"],
    ['taskq.config.mts', "export default { prefix: 'found' as string }"],
    ['taskq.config.cts', "export = { prefix: 'found' as string }"],
    ['taskq.config.js', "export default { prefix: 'found' }"],
    ['taskq.config.mjs', "export default await Promise.resolve({ prefix: 'found' })"],
    ['taskq.config.cjs', "module.exports = { prefix: 'found' }"],
    ['.config/taskq.ts', "import { defineConfig } from 'taskq'\nexport default defineConfig({ prefix: 'found' })"],
    ['.taskqrc.json', '{ "prefix": "found" }'],
    ['.taskqrc', 'prefix: found'],
    ['package.json', '{ "type": "module", "taskq": { "prefix": "found" } }'],
  ])('%s', async (file, text) => {
    const root = tempProject({ [file]: text })
    const { value, loads } = await load(root)
    expect(value).toEqual({ root, file: { path: join(root, file), value: { prefix: 'found' } }, warnings: [] })
    expect(loads).toBe(text.includes("'taskq'") ? 1 : 0)
  })

  test('nothing, where there is nothing', async () => {
    const root = tempProject({})
    expect((await load(root)).value).toEqual({ root, warnings: [] })
  })

  test('the one of the project from a folder within, and none beyond its package.json', async () => {
    const root = tempProject({
      'taskq.config.mjs': 'export default {}',
      'a/b/x.txt': '',
      'inner/package.json': '{}',
      'inner/src/x.txt': '',
    })
    expect((await load(join(root, 'a/b'))).value).toMatchObject({
      root,
      file: { path: join(root, 'taskq.config.mjs') },
    })
    expect((await load(join(root, 'inner/src'))).value).toEqual({ root: join(root, 'inner'), warnings: [] })
  })

  test('the file that is asked for', async () => {
    const root = tempProject({
      'taskq.config.mjs': 'export default { prefix: "a" }',
      'conf/b.json': '{ "prefix": "b" }',
    })
    expect((await load(root, 'conf/b.json')).value.file?.value).toEqual({ prefix: 'b' })
  })
})

describe('a CommonJS project', () => {
  test('may write its configuration in TypeScript with enums, paths and imports without extension', async () => {
    const root = tempProject(
      {
        'taskq.config.ts': [
          "import { name } from '@lib/name'",
          "import { port } from './port'",
          "enum Level { Debug = 'debug' }",
          'export default { prefix: <string>name, log: { level: Level.Debug }, worker: { concurrency: port } }',
        ].join('\n'),
        'port.ts': 'export const port: number = 7',
        'lib/name.ts': "export const name = 'aliased'",
        'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
      },
      'commonjs',
    )
    expect((await load(root)).value.file?.value).toEqual({
      prefix: 'aliased',
      log: { level: 'debug' },
      worker: { concurrency: 7 },
    })
  })

  test.each([
    "export default { prefix: 'x' }",
    "module.exports = { prefix: 'x' }",
    "Object.defineProperty(exports, '__esModule', { value: true })\nexports.default = { prefix: 'x' }",
  ])('may write it in JavaScript: %s', async (text) => {
    const root = tempProject({ 'taskq.config.js': text }, 'commonjs')
    expect((await load(root)).value.file?.value).toEqual({ prefix: 'x' })
  })
})

describe('refuses, in time and without a secret', () => {
  const secret = `const broker = 'redis://u:${CANARY}@h'`
  test.each<[string, string, string | RegExp]>([
    [
      'taskq.config.ts',
      `${secret}\nexport default { broker: 'redis://:${CANARY}@h' }}`,
      /^taskq\.config\.ts:2: syntax error: /,
    ],
    [
      'taskq.config.mjs',
      `${secret}\nexport default { broker: 'redis://:${CANARY}@h' }}`,
      /^taskq\.config\.mjs:2: syntax error: /,
    ],
    [
      'taskq.config.cjs',
      `${secret}\nmodule.exports = { broker: 'redis://:${CANARY}@h' }}`,
      /^taskq\.config\.cjs:2: syntax error: /,
    ],
    [
      'taskq.config.ts',
      `enum A { B }\n${secret}\nthrow new TypeError('no: ' + broker)`,
      'taskq.config.ts:3: TypeError: no: redis://u:***@h',
    ],
    [
      'taskq.config.mjs',
      `${secret}\nthrow new Error('no: ' + broker)`,
      'taskq.config.mjs:2: Error: no: redis://u:***@h',
    ],
    ['taskq.config.ts', `throw '${CANARY}'`, 'taskq.config.ts: a value that is no Error was thrown (string)'],
    [
      'taskq.config.ts',
      `import x from './gone'\nexport default x`,
      "taskq.config.ts:1: Error: Cannot find module './gone'",
    ],
    [
      'taskq.config.mjs',
      `import { readFileSync } from 'node:fs'\nreadFileSync('/no/such/file')`,
      /^taskq\.config\.mjs:2: Error: ENOENT/,
    ],
    ['taskq.config.ts', '', 'taskq.config.ts: it exports nothing'],
    ['taskq.config.ts', 'export {}', 'taskq.config.ts: it exports nothing'],
    [
      '.taskqrc.json',
      `{\n "broker": "redis://:${CANARY}@h",\n "x": ${CANARY} }`,
      '.taskqrc.json:3: it is not valid JSON',
    ],
    ['.taskqrc', `broker: "redis://:${CANARY}@h"\n  x: [${CANARY}`, /^\.taskqrc:\d: it is neither valid JSON nor YAML/],
    ['package.json', '{ "taskq": ', 'package.json:1: it is not valid JSON'],
  ])('%s: %j', async (file, text, message) => {
    const { error, ms } = await load(tempProject({ [file]: text }))
    expect(error).toMatchObject({
      code: 'TASKQ_CONFIG_UNREADABLE',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
    expect(JSON.stringify(error)).not.toContain(CANARY)
    expect(ms).toBeLessThan(5000)
  })

  test.each(['taskq.config.ts', 'taskq.config.mjs'])('%s that never ends', async (file) => {
    const root = tempProject({ [file]: 'await new Promise(() => {})\nexport default {}' })
    const { error, ms } = await load(root, undefined, 500)
    expect(error.message).toBe(`${file}: it was not loaded within 0.5 s: a top-level await may never end`)
    expect(ms).toBeGreaterThan(450)
    expect(ms).toBeLessThan(3000)
  })

  test('a file that was asked for and is not there', async () => {
    const { error } = await load(tempProject({}), 'nope.config.ts')
    expect(error).toMatchObject({ code: 'TASKQ_CONFIG_UNREADABLE', message: 'nope.config.ts: there is no such file' })
  })

  test('a link out of the project, without running what it leads to', async () => {
    const outside = tempProject({ 'evil.mjs': 'globalThis.taskqLoads = 666\nexport default {}' })
    const root = tempProject({})
    symlinkSync(join(outside, 'evil.mjs'), join(root, 'taskq.config.mjs'))
    const { error, loads } = await load(root)
    expect(error.message).toBe(`taskq.config.mjs: it leads out of the project, to ${join(outside, 'evil.mjs')}`)
    expect(loads).toBe(0)
    expect((await load(root, join(outside, 'evil.mjs'))).error.code).toBe('TASKQ_CONFIG_UNREADABLE')
  })
})

test.skipIf(process.platform === 'win32')('a file that everyone may change is loaded with a warning', async () => {
  const root = tempProject({ 'taskq.config.mjs': 'export default {}' })
  chmodSync(join(root, 'taskq.config.mjs'), 0o666)
  expect((await load(root)).value.warnings).toEqual([
    'taskq.config.mjs can be changed by every user of this machine: chmod o-w taskq.config.mjs',
  ])
})

test('keys that reach into prototypes reach nothing, and nothing is fetched by $import', async () => {
  const root = tempProject({
    'taskq.config.json': '',
    '.taskqrc.json': '{ "__proto__": { "polluted": 1 }, "$import": "../../etc/x.json" }',
  })
  const { value, polluted } = await load(root)
  expect(polluted).toBeUndefined()
  expect(value.file?.value).toMatchObject({ $import: '../../etc/x.json' })
})

test('what is compiled is kept in the project, never in the temp folder of the machine', async () => {
  const root = tempProject({ 'taskq.config.ts': 'export default { prefix: "a" as string }' })
  await load(root)
  write(root, { 'taskq.config.ts': 'export default { prefix: "b" as string }' })
  expect((await load(root)).value.file?.value).toEqual({ prefix: 'b' })
  expect(readdirSync(join(root, 'node_modules/.cache/taskq')).length).toBeGreaterThan(0)
})
