import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { isPlainName } from './project-name.js'

/** Where a project goes, and what is there. */
export interface Target {
  /** The folder, absolute and without symbolic links. */
  readonly root: string
  /** The deepest folder on the way that exists; `root` itself when it exists. */
  readonly base: string
  /** What is in the folder now; empty when there is none. */
  readonly entries: readonly string[]
}

/**
 * Finds out where `dir` leads and whether a project may be written there. Reads only.
 *
 * @param dir `.`, a name, or a path; what does not exist yet must have plain names
 * @throws TaskqError `TASKQ_SCAFFOLD_NAME` for a name that cannot be used, `TASKQ_SCAFFOLD_TARGET` for a
 *   symbolic link, a file, or a link that leads out of `cwd`
 */
export async function inspectTarget(dir: string, cwd: string): Promise<Target> {
  checkPath(dir)
  const wanted = resolve(cwd, dir)
  const missing: string[] = []
  let existing = wanted
  let stats = await lstatOrNothing(existing)
  while (stats === undefined) {
    missing.unshift(basename(existing))
    existing = dirname(existing)
    stats = await lstatOrNothing(existing)
  }
  const awkward = missing.find((name) => !isPlainName(name))
  if (awkward !== undefined) throw pathError(dir, `${show(awkward)} cannot be the name of a new folder`)
  if (stats.isSymbolicLink() && dir !== '.') throw targetError(dir, 'is or passes a symbolic link')
  const base = await realFolder(existing, dir)
  await checkInside(base, dir, cwd)
  return { root: resolve(base, ...missing), base, entries: missing.length === 0 ? await readdir(base) : [] }
}

/** `..` only leads: `../my-app` is a sibling, `a/../b` and `..` are refused. */
function checkPath(dir: string): void {
  if (dir === '.') return
  const segments = dir.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '.')
  const firstName = segments.findIndex((segment) => segment !== '..')
  if (dir.includes('\0')) throw pathError(dir, 'it holds a NUL character')
  if (firstName === -1 || segments.slice(firstName).includes('..')) {
    throw pathError(dir, 'a path ends with the name of the folder, and ".." stands only at its start')
  }
  if (segments.includes('node_modules')) throw pathError(dir, "what is in node_modules is the package manager's")
  if (!isAbsolute(dir) && sep === '/' && dir.includes('\\')) throw pathError(dir, 'it holds a backslash')
}

async function realFolder(path: string, dir: string): Promise<string> {
  const real = await realpath(path)
  if ((await lstat(real)).isDirectory()) return real
  throw targetError(dir, `needs a folder, and ${path} is a file`)
}

/** A plain relative path must not leave the working folder through a link. */
async function checkInside(base: string, dir: string, cwd: string): Promise<void> {
  if (isAbsolute(dir) || dir === '..' || /^(?:\.[\\/])*\.\.[\\/]/.test(dir)) return
  const way = relative(await realpath(cwd), base)
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw targetError(dir, 'leads out of this folder through a symbolic link')
  }
}

async function lstatOrNothing(path: string) {
  try {
    return await lstat(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENAMETOOLONG') return undefined
    throw targetError(path, code === 'ENOTDIR' ? 'passes through a file' : `cannot be read (${code})`, error)
  }
}

/** An error that says why a folder cannot take a project. */
export function targetError(dir: string, why: string, cause?: unknown): TaskqError {
  return new TaskqError('TASKQ_SCAFFOLD_TARGET', `${show(dir)} ${why}`, {
    hint: 'Give a new or an empty folder, or "." inside a package.',
    ...(cause !== undefined && { cause }),
  })
}

function pathError(dir: string, why: string): TaskqError {
  return new TaskqError('TASKQ_SCAFFOLD_NAME', `${show(dir)} cannot be used as a folder: ${why}`, {
    hint: 'Give a name such as my-app.',
  })
}
