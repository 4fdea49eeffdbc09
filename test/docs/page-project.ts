import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Page } from './page.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const tsconfig = join(ROOT, 'templates/basic/tsconfig.json')

/**
 * Writes the files that a page shows, as projects: where it shows a file of one name again, that is of another project.
 * Returns their folders.
 */
export function writeProjects(page: Pick<Page, 'path' | 'snippets'>): string[] {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'taskq docs-')))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const shown = new Map<string, number>()
  for (const { language, path, code } of page.snippets) {
    if (language !== 'ts') continue
    if (path === undefined) throw new Error(`${page.path}: its first line does not say which file this is:\n${code}`)
    const time = (shown.get(path) ?? 0) + 1
    shown.set(path, time)
    const file = join(home, String(time), path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, code)
  }
  const count = Math.max(0, ...shown.values())
  return Array.from({ length: count }, (_, index) => finishProject(join(home, String(index + 1))))
}

function finishProject(root: string): string {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'shop', type: 'module' }))
  mkdirSync(join(root, 'node_modules/@types'), { recursive: true })
  symlinkSync(ROOT, join(root, 'node_modules/taskq'), 'junction')
  for (const name of ['vitest', '@types/node', 'bullmq-otel', 'zod', 'valibot', 'arktype']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name), 'junction')
  }
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ extends: tsconfig, include: ['**/*.ts'] }))
  return root
}

/** What the compiler says of a project, by the options that `taskq init` writes; nothing when all is right. */
export function compile(root: string): string {
  try {
    execFileSync(process.execPath, [TSC, '-p', root], { cwd: root, encoding: 'utf8', stdio: 'pipe' })
    return ''
  } catch (error) {
    return (error as { stdout?: string }).stdout || String(error)
  }
}
