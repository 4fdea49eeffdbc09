import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { planIn, scratch, snapshot } from './scratch.js'

const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

async function refusal(run: Promise<unknown>) {
  return run.then(
    () => expect.unreachable('the plan was not refused'),
    (error: unknown) => error as { code: string; message: string; hint: string },
  )
}

describe('a new project', () => {
  test('has every file of the template, and .gitignore by its real name', async () => {
    const cwd = scratch()
    const plan = await planIn(cwd, 'my-app')
    expect(plan).toMatchObject({ kind: 'new', name: 'my-app', root: join(cwd, 'my-app'), base: cwd, kept: [] })
    expect(plan.files.map((file) => file.path)).toEqual([
      '.env.example',
      '.gitignore',
      'README.md',
      'compose.yaml',
      'package.json',
      'src/enqueue.ts',
      'src/tasks/resize-image.ts',
      'src/tasks/send-welcome-email.ts',
      'taskq.config.ts',
      'test/tasks.test.ts',
      'tsconfig.build.json',
      'tsconfig.json',
    ])
    expect(snapshot(cwd)).toEqual({})
  })

  test('has no placeholder left', async () => {
    const plan = await planIn(scratch(), 'my-app')
    expect(plan.files.filter((file) => file.contents.includes('{{')).map((file) => file.path)).toEqual([])
  })

  test("takes its versions from taskq's own package.json", async () => {
    const plan = await planIn(scratch(), 'my-app', { taskq: 'file:/tmp/a "quoted" path' })
    const json = packageOf(plan)
    expect(json).toMatchObject({ name: 'my-app', dependencies: { taskq: 'file:/tmp/a "quoted" path' } })
    expect(json.devDependencies).toEqual({
      '@types/node': own.devDependencies['@types/node'],
      jiti: own.dependencies.jiti,
      typescript: own.devDependencies.typescript,
      vitest: own.devDependencies.vitest,
    })
  })

  test('brings a Node of its own where the user has an old one', async () => {
    const json = packageOf(await planIn(scratch(), 'my-app', { pinNode: true }))
    expect(json).toMatchObject({ devDependencies: { node: '^24.0.0' }, allowScripts: { node: true } })
    expect(packageOf(await planIn(scratch(), 'my-app'))).not.toHaveProperty('allowScripts')
  })

  test('tells the commands of the package manager', async () => {
    const plan = await planIn(scratch(), 'my-app', { packageManager: 'pnpm' })
    const readme = plan.files.find((file) => file.path === 'README.md')?.contents
    expect(readme).toContain('pnpm install')
    expect(readme).toContain('pnpm exec taskq list')
    expect(readme).not.toContain('npx')
  })

  test('may be a sibling, an absolute path, or a few folders deep', async () => {
    const cwd = scratch({ 'work/.keep': '' })
    expect((await planIn(join(cwd, 'work'), '../my-app')).root).toBe(join(cwd, 'my-app'))
    expect((await planIn('/', join(cwd, 'my-app'))).root).toBe(join(cwd, 'my-app'))
    expect(await planIn(cwd, 'apps/mail')).toMatchObject({ root: join(cwd, 'apps/mail'), base: cwd, name: 'mail' })
  })

  test('may fill an empty folder, and one with only .git, .DS_Store and LICENSE', async () => {
    const cwd = scratch({ 'my-app/LICENSE': 'mine', 'my-app/.git/HEAD': 'ref', 'my-app/.DS_Store': '' })
    expect(await planIn(cwd, 'my-app')).toMatchObject({ kind: 'folder', kept: [] })
    expect(await planIn(join(cwd, 'my-app'), '.')).toMatchObject({ kind: 'folder', name: 'my-app' })
  })
})

describe('a refusal', () => {
  test.each([
    '..',
    '../..',
    '',
    '/',
    'a/../b',
    '../a/..',
    'a;touch x',
    '$(id)',
    '-rf',
    'a\0b',
    'a'.repeat(300),
    'a\\b',
    'A b/c',
    'node_modules',
    'node_modules/x',
    'taskq',
    'con',
  ])('meets the folder %j', async (dir) => {
    const cwd = scratch()
    expect(await refusal(planIn(cwd, dir))).toMatchObject({ code: 'TASKQ_SCAFFOLD_NAME' })
    expect(snapshot(cwd)).toEqual({})
  })

  test('lists what is in the way, and --force keeps it', async () => {
    const cwd = scratch({ 'my-app/README.md': 'mine', 'my-app/a.txt': '', 'my-app/LICENSE': '' })
    const error = await refusal(planIn(cwd, 'my-app'))
    expect(error).toMatchObject({ code: 'TASKQ_SCAFFOLD_TARGET' })
    expect(error.message).toBe('"my-app" is not empty: it holds README.md, a.txt')
    expect(await planIn(cwd, 'my-app', { force: true })).toMatchObject({ kept: ['README.md'] })
  })

  test('of a package elsewhere says how to add to it', async () => {
    const cwd = scratch({ 'my-app/package.json': '{}' })
    const error = await refusal(planIn(cwd, 'my-app'))
    expect(error.hint).toContain('taskq init .')
  })

  test('meets a file', async () => {
    const cwd = scratch({ 'my-app': '' })
    expect(await refusal(planIn(cwd, 'my-app'))).toMatchObject({ code: 'TASKQ_SCAFFOLD_TARGET' })
    expect(await refusal(planIn(cwd, 'my-app/inner'))).toMatchObject({ code: 'TASKQ_SCAFFOLD_TARGET' })
  })

  test.each(['link', 'dangling', 'link/my-app', 'link/sub', 'dangling/my-app'])(
    'meets the symbolic link %s, also when it dangles',
    async (dir) => {
      const outside = scratch({ 'sub/.keep': '' })
      const cwd = scratch()
      symlinkSync(outside, join(cwd, 'link'))
      symlinkSync(join(outside, 'nothing'), join(cwd, 'dangling'))
      expect(await refusal(planIn(cwd, dir))).toMatchObject({ code: 'TASKQ_SCAFFOLD_TARGET' })
      expect(snapshot(outside)).toEqual({ [join(outside, 'sub')]: '', [join(outside, 'sub/.keep')]: '' })
    },
  )

  test('meets an absolute path to a link', async () => {
    const outside = scratch()
    const cwd = scratch()
    symlinkSync(outside, join(cwd, 'link'))
    expect(await refusal(planIn(cwd, join(cwd, 'link')))).toMatchObject({ code: 'TASKQ_SCAFFOLD_TARGET' })
  })
})

describe('a package that exists', () => {
  const before =
    '{\n\t"name": "shop",\n\t"scripts": { "dev": "vite" },\n\t"dependencies": { "zod": "^4.0.0", "ink": "^8.0.0" }\n}\n'

  test('gets the config, the tasks, a dependency and scripts, and keeps what it has', async () => {
    const cwd = scratch({ 'package.json': before, 'src/tasks/resize-image.ts': 'mine' })
    const plan = await planIn(cwd, '.')
    expect(plan).toMatchObject({
      kind: 'package',
      name: 'shop',
      kept: ['src/tasks/resize-image.ts', 'package.json scripts.dev'],
      notes: [],
    })
    expect(plan.files.map((file) => file.path)).toEqual(['src/tasks/send-welcome-email.ts', 'taskq.config.ts'])
    const after = plan.packageJson?.after ?? ''
    expect(after).toContain('\n\t"name"')
    expect(JSON.parse(after)).toEqual({
      name: 'shop',
      scripts: { dev: 'vite', worker: 'taskq worker' },
      dependencies: { ink: '^8.0.0', taskq: '^0.1.0', zod: '^4.0.0' },
    })
  })

  test('needs no change where all is there', async () => {
    const cwd = scratch({
      'package.json': '{"devDependencies":{"taskq":"^0.1.0"},"scripts":{"dev":"taskq dev","worker":"taskq worker"}}',
    })
    const plan = await planIn(cwd, '.')
    expect(plan.kept).toEqual([])
    expect(plan).not.toHaveProperty('packageJson')
  })

  test('is told about decorators when its tsconfig has none', async () => {
    const without = scratch({ 'package.json': '{}', 'tsconfig.json': '{ "compilerOptions": {} }' })
    expect((await planIn(without, '.')).notes).toEqual([expect.stringContaining('experimentalDecorators')])
    const having = scratch({
      'package.json': '{}',
      'tsconfig.json': '{"compilerOptions":{"experimentalDecorators": true}}',
    })
    expect((await planIn(having, '.')).notes).toEqual([])
  })

  test('is refused when its package.json is none', async () => {
    for (const text of ['{ nope', '[]', '{"dependencies": []}']) {
      const cwd = scratch({ 'package.json': text })
      expect(await refusal(planIn(cwd, '.'))).toMatchObject({ code: 'TASKQ_SCAFFOLD_TARGET' })
    }
  })

  test('is refused when a folder in it leads out by a link', async () => {
    const outside = scratch()
    const cwd = scratch({ 'package.json': '{}' })
    mkdirSync(join(cwd, 'src'))
    symlinkSync(outside, join(cwd, 'src/tasks'))
    expect(await refusal(planIn(cwd, '.'))).toMatchObject({ code: 'TASKQ_SCAFFOLD_TARGET' })
    expect(snapshot(outside)).toEqual({})
  })
})

function packageOf(plan: { files: readonly { path: string; contents: string }[] }) {
  return JSON.parse(plan.files.find((file) => file.path === 'package.json')?.contents ?? 'null')
}
