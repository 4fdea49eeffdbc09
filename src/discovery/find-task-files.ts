import { realpath, realpathSync, stat } from 'node:fs'
import { extname, isAbsolute, join, relative } from 'node:path'
import { DEFAULT_TASK_PATTERNS } from '../config/defaults.js'
import type { DiscoveryFailure } from './discovery-failure.js'
import { isInside } from './project-root.js'

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs']
const IGNORED = ['**/node_modules/**', '**/*.d.{ts,mts,cts}', '**/*.{test,spec}.*']

/** Task files by real path, sorted, and the places that were refused. */
export interface TaskFiles {
  readonly files: readonly string[]
  readonly failures: readonly DiscoveryFailure[]
}

/**
 * Finds the files that match any of the patterns. Without patterns, the usual places are tried in turn and
 * the first with a file is taken, so that sources and their compiled twins never come together.
 */
export async function findTaskFiles(root: string, patterns: readonly string[] | undefined): Promise<TaskFiles> {
  if (patterns !== undefined) return findMatching(root, patterns)
  for (const pattern of DEFAULT_TASK_PATTERNS) {
    const found = await findMatching(root, [pattern])
    if (found.files.length > 0 || found.failures.length > 0) return found
  }
  return { files: [], failures: [] }
}

async function findMatching(root: string, patterns: readonly string[]): Promise<TaskFiles> {
  const escaping = patterns.filter((pattern) => leadsOut(root, pattern))
  const outside = new Set(escaping.map((pattern) => join(root, pattern)))
  const files = new Set<string>()
  for (const found of await walk(
    root,
    patterns.filter((pattern) => !escaping.includes(pattern)),
    outside,
  )) {
    if (!EXTENSIONS.includes(extname(found))) continue
    const real = realpathSync(found)
    if (isInside(root, real)) files.add(real)
    else outside.add(found)
  }
  return { files: withoutTwins(files).sort(), failures: [...outside].sort().map((path) => outsideFailure(root, path)) }
}

async function walk(root: string, patterns: string[], outside: Set<string>): Promise<string[]> {
  if (patterns.length === 0) return []
  const { glob } = await import('tinyglobby')
  return glob(patterns, {
    cwd: root,
    absolute: true,
    ignore: IGNORED,
    fs: { realpath: stayInside(root, outside) as typeof realpath },
  })
}

type Done = (error: Error | null, path: string) => void

/** A link to a folder outside is noted and not entered: behind it may be the whole machine. */
function stayInside(root: string, outside: Set<string>) {
  return (path: string, done: Done): void => {
    realpath(path, (error, real) => {
      if (error !== null || isInside(root, real)) return done(error, real)
      stat(real, (failed, target) => {
        if (failed !== null || !target.isDirectory()) return done(failed, real)
        outside.add(path)
        done(new Error('outside'), real)
      })
    })
  }
}

/** A `..` behind a brace cannot be counted, and is refused as well. */
function leadsOut(root: string, pattern: string): boolean {
  const bare = pattern.replace(/^!/, '')
  const path = isAbsolute(bare) ? relative(root, bare) : bare
  if (isAbsolute(path) || (/[{(]/.test(path) && path.includes('..'))) return true
  let depth = 0
  for (const part of path.split(/[\\/]/)) {
    if (part === '..') depth -= 1
    else if (part !== '' && part !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}

/** Of `a.ts` and the `a.js` beside it only the source counts. */
function withoutTwins(files: ReadonlySet<string>): string[] {
  const hasSource = (file: string) =>
    file.endsWith('js') &&
    [file.replace(/js$/, 'ts'), file.replace(/\.js$/, '.tsx')].some((source) => source !== file && files.has(source))
  return [...files].filter((file) => !hasSource(file))
}

function outsideFailure(root: string, path: string): DiscoveryFailure {
  return {
    file: path,
    code: 'TASKQ_DISCOVERY_OUTSIDE',
    message: `${relative(root, path)} leads out of the project ${root}`,
    hint: 'Task files must lie in the project. Put them there, or publish them as a package and import that.',
  }
}
