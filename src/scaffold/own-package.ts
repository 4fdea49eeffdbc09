import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What taskq's own package.json says: the source of every version that a template uses. */
export interface OwnPackage {
  readonly version: string
  /** Version ranges by package, of dependencies and devDependencies. */
  readonly ranges: Readonly<Record<string, string>>
}

/** The folder of the taskq that runs: it holds package.json and templates/. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '')

/** Reads taskq's own package.json. */
export async function readOwnPackage(): Promise<OwnPackage> {
  const text = await readFile(join(packageRoot, 'package.json'), 'utf8')
  const { version, dependencies, devDependencies } = JSON.parse(text) as {
    version: string
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  return { version, ranges: { ...devDependencies, ...dependencies } }
}

/** What a new project depends on, and where that was decided. */
export interface TaskqSpec {
  /** For package.json: `^0.1.0`, or `file:/path`. */
  readonly spec: string
  /** Whether this is taskq's own source folder, because taskq runs from it. */
  readonly fromCheckout: boolean
}

/**
 * Decides what a new project depends on.
 *
 * @param given what the user asked for: a version, a range, a tag, a folder or a tarball. Default: this
 *   version, or this very folder when taskq runs from a checkout of its source.
 */
export async function resolveTaskqSpec(given: string | undefined, cwd: string): Promise<TaskqSpec> {
  if (given !== undefined) return { spec: isLocal(given) ? fileSpec(given, cwd) : given, fromCheckout: false }
  const fromCheckout = existsSync(join(packageRoot, 'src')) && existsSync(join(packageRoot, '.git'))
  if (fromCheckout) return { spec: fileSpec(packageRoot, cwd), fromCheckout }
  return { spec: `^${(await readOwnPackage()).version}`, fromCheckout }
}

const isLocal = (spec: string): boolean =>
  /^file:|^\.{0,2}[\\/]|^[A-Za-z]:[\\/]|^\.{1,2}$|\.t(?:ar\.)?gz$/.test(spec) && !/^https?:/.test(spec)

/** npm reads `file:` with slashes on every system, relative to the project: so it is made absolute. */
function fileSpec(path: string, cwd: string): string {
  return `file:${resolve(cwd, path.replace(/^file:/, '')).replaceAll('\\', '/')}`
}
