import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { initJson, presentInit } from '../../src/cli/presenters/init.js'
import { type InitRequest, initProject } from '../../src/scaffold/init-project.js'
import { scratch } from './scratch.js'

const request = (cwd: string, more: Partial<InitRequest> = {}): InitRequest => ({
  dir: 'my-app',
  cwd,
  template: 'basic',
  taskq: '^0.1.0',
  packageManager: 'npm',
  pinNode: false,
  force: false,
  install: false,
  git: false,
  dryRun: false,
  ...more,
})
const silent = { step: () => undefined, installDone: () => undefined }
const present = (outcome: Awaited<ReturnType<typeof initProject>>, asked: InitRequest) =>
  presentInit(outcome, { request: asked, userNode: 'v20.1.0', fromCheckout: false })

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('initProject', () => {
  test('writes nothing in a dry run, and shows the tree', async () => {
    const cwd = scratch()
    const asked = request(cwd, { dryRun: true, install: true, git: true })
    const outcome = await initProject(asked, silent)
    expect(existsSync(join(cwd, 'my-app'))).toBe(false)
    expect(present(outcome, asked)).toContain('\n  src/\n    enqueue.ts\n    tasks/\n      resize-image.ts\n')
    expect(initJson(outcome, asked)).toMatchObject({ dryRun: true, installed: false, git: false })
  })

  test.skipIf(process.platform === 'win32')(
    'keeps the project when the install fails, and says what to run',
    async () => {
      const cwd = scratch()
      fakeProgram(cwd, 'npm', 'echo "first line"; echo "$0 $* went wrong" >&2; exit 7')
      const asked = request(cwd, { install: true })
      const outcome = await initProject(asked, silent)
      expect(outcome.install).toEqual({
        ok: false,
        reason: 'exit code 7',
        tail: expect.arrayContaining(['first line', `${join(cwd, 'bin/npm')} install went wrong`]),
      })
      const text = present(outcome, asked)
      expect(text).toContain('The install failed (exit code 7)')
      expect(text).toContain('Next steps:\n  cd my-app\n  npm install\n')
      expect(initJson(outcome, asked).installed).toBe(false)
    },
  )

  test('keeps the project when the package manager is missing', async () => {
    const cwd = scratch()
    vi.stubEnv('PATH', join(cwd, 'bin'))
    const outcome = await initProject(request(cwd, { install: true, git: true }), silent)
    expect(outcome.install?.ok).toBe(false)
    expect(outcome.git).toBe('git is missing')
    expect(existsSync(join(cwd, 'my-app/package.json'))).toBe(true)
  })

  test('makes a repository, but not inside one and not in a package', async () => {
    const cwd = scratch()
    vi.stubEnv('GIT_CONFIG_GLOBAL', devNull)
    for (const who of ['AUTHOR', 'COMMITTER']) {
      vi.stubEnv(`GIT_${who}_NAME`, 'A')
      vi.stubEnv(`GIT_${who}_EMAIL`, 'a@example.com')
    }
    expect((await initProject(request(cwd, { git: true }), silent)).git).toBe('committed')
    expect(readFileSync(join(cwd, 'my-app/.git/HEAD'), 'utf8')).toBe('ref: refs/heads/main\n')
    const inner = await initProject(request(join(cwd, 'my-app'), { git: true, dir: 'inner' }), silent)
    expect(inner.git).toBe('inside a repository')
    const shop = scratch({ 'package.json': '{}' })
    expect(await initProject(request(shop, { git: true, dir: '.' }), silent)).not.toHaveProperty('git')
    expect(existsSync(join(shop, '.git'))).toBe(false)
  })

  test('says that a project brings its own Node, and what it kept', async () => {
    const shop = scratch({ 'package.json': '{"scripts":{"dev":"vite"}}' })
    const asked = request(shop, { dir: '.', pinNode: true })
    const outcome = await initProject(asked, silent)
    const text = present(outcome, asked)
    expect(text).toContain('Your Node is v20.1.0: the project brings Node 24, which its scripts use.')
    expect(text).toContain('Kept as it was:\n  package.json scripts.dev\n')
    expect(text).toContain('\n  npx taskq dev ')
    expect(initJson(outcome, asked).kept).toEqual(['package.json scripts.dev'])
  })
})

/** Puts a shell script first on PATH, for this test. */
function fakeProgram(dir: string, name: string, script: string): void {
  const bin = join(dir, 'bin', name)
  mkdirSync(join(dir, 'bin'))
  writeFileSync(bin, `#!/bin/sh\n${script}\n`)
  chmodSync(bin, 0o755)
  vi.stubEnv('PATH', `${join(dir, 'bin')}${delimiter}${process.env.PATH}`)
}
