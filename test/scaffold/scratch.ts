import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type InitOptions, planProject } from '../../src/scaffold/plan-project.js'

/** A temporary folder with these files, removed when the test is done. */
export function scratch(files: Record<string, string> = {}): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'taskq-test-')))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), contents)
  }
  return dir
}

/** Every file below a folder with its text: what must be the same after a refusal. */
export function snapshot(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => [join(entry.parentPath, entry.name), entry.isFile()] as const).sort()
  return Object.fromEntries(paths.map(([path, isFile]) => [path, isFile ? readFileSync(path, 'utf8') : '']))
}

/** Plans with what a test does not care about filled in. */
export function planIn(cwd: string, dir: string, more: Partial<InitOptions> = {}) {
  return planProject({
    dir,
    cwd,
    template: 'basic',
    taskq: '^0.1.0',
    packageManager: 'npm',
    pinNode: false,
    force: false,
    ...more,
  })
}
