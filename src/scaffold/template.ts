import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { packageRoot } from './own-package.js'

/** One file of a project: its path in it, with slashes, and its text. */
export interface ProjectFile {
  readonly path: string
  readonly contents: string
}

/**
 * Reads a template's files, sorted by path. `_gitignore` becomes `.gitignore`: npm leaves the latter out
 * of packages.
 */
export async function readTemplate(name: string): Promise<ProjectFile[]> {
  const folder = join(packageRoot, 'templates', name)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const read = files.map(async (entry) => {
    const full = join(entry.parentPath, entry.name)
    const path = relative(folder, full)
      .replaceAll('\\', '/')
      .replace(/(^|\/)_gitignore$/, '$1.gitignore')
    return { path, contents: await readFile(full, 'utf8') }
  })
  return (await Promise.all(read)).sort((a, b) => (a.path < b.path ? -1 : 1))
}
