import { lstat, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { type Target, targetError } from './target.js'
import type { ProjectFile } from './template.js'

/**
 * Tells which files are new to a folder, and the paths of those that exist and must stay.
 *
 * @throws TaskqError `TASKQ_SCAFFOLD_TARGET` when a folder on the way to a file is a link that leads out of
 *   the project, or no folder
 */
export async function splitByExistence(
  target: Target,
  files: readonly ProjectFile[],
): Promise<{ fresh: ProjectFile[]; kept: string[] }> {
  const fresh: ProjectFile[] = []
  const kept: string[] = []
  for (const file of files) {
    if (target.root === target.base && (await exists(target.root, file.path))) kept.push(file.path)
    else fresh.push(file)
  }
  return { fresh, kept }
}

async function exists(root: string, path: string): Promise<boolean> {
  const segments = path.split('/')
  for (const [index] of segments.entries()) {
    const part = segments.slice(0, index + 1).join('/')
    const stats = await lstat(join(root, part)).catch(() => undefined)
    if (stats === undefined) return false
    if (index < segments.length - 1) await checkFolder(root, part)
  }
  return true
}

async function checkFolder(root: string, part: string): Promise<void> {
  const real = await realpath(join(root, part)).catch(() => undefined)
  if (real === undefined || !`${real}${sep}`.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
    throw targetError(part, 'is a symbolic link that leads out of the project')
  }
  if (!(await lstat(real)).isDirectory()) throw targetError(part, 'is a file where a folder is needed')
}
