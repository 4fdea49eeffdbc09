import { accessSync, constants, readFileSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { PublicExplorer } from 'cosmiconfig'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import type { Boxed, LoadContext } from './config-loaders.js'
import { keyLine } from './key-line.js'
import { exists, findProjectRoot, foldersUp } from './project-root.js'

/** What was found where a configuration may stand. */
export interface LoadedConfig {
  /** The folder of the nearest package.json, else the folder that was asked for. Symlinks are resolved. */
  readonly root: string
  /** The file and what it exports, not yet checked; undefined where there is none. */
  readonly file?: {
    readonly path: string
    readonly value: unknown
    readonly lineOf: (key: string) => number | undefined
  }
  /** What the user should know, a line each. */
  readonly warnings: readonly string[]
}

const PLACES = [
  ...['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `taskq.config.${extension}`),
  ...['ts', 'js', 'mjs'].map((extension) => `.config/taskq.${extension}`),
  '.taskqrc.json',
  '.taskqrc',
  'package.json',
]

/**
 * Finds and loads the configuration file: in this folder, and upward to the nearest package.json, never
 * beyond it.
 *
 * @param explicitPath this file and no other, from `cwd`
 * @param timeoutMs how long the file may wait for something, in milliseconds. Default 1000.
 * @throws TaskqError `TASKQ_CONFIG_UNREADABLE` with `file:line` for a file that is missing, has a syntax
 *   error, throws, exports nothing, never ends, or leads out of the project. No secret is shown.
 */
export async function loadConfigFile(cwd: string, explicitPath?: string, timeoutMs = 1000): Promise<LoadedConfig> {
  const root = findProjectRoot(cwd)
  const context: LoadContext = { root, timeoutMs, warnings: [] }
  try {
    const explorer = await createExplorer(context)
    const found =
      explicitPath === undefined
        ? await search(explorer, cwd, root)
        : await explorer.load(existing(cwd, explicitPath, root))
    return { root, warnings: context.warnings, ...(found !== null && { file: open(found, context) }) }
  } catch (error) {
    if (isTaskqError(error)) throw error
    throw unreadableFor(error, root)
  }
}

async function createExplorer(context: LoadContext): Promise<PublicExplorer> {
  const [{ cosmiconfig }, { configLoaders }] = await Promise.all([import('cosmiconfig'), import('./config-loaders.js')])
  return cosmiconfig('taskq', {
    searchPlaces: PLACES,
    searchStrategy: 'none',
    loaders: configLoaders(context),
    // An empty file is a mistake to report, not a reason to look elsewhere.
    ignoreEmptySearchPlaces: false,
    cache: false,
  })
}

type Found = { readonly filepath: string; readonly config: unknown; readonly isEmpty?: boolean }

async function search(explorer: PublicExplorer, cwd: string, root: string): Promise<Found | null> {
  for (const folder of foldersUp(realpathSync(resolve(cwd)), root)) {
    refuseUnreadable(folder, root)
    const found = await explorer.search(folder)
    if (found !== null) return found
  }
  return null
}

/** cosmiconfig passes over files it may not read: the app would run with the wrong settings. */
function refuseUnreadable(folder: string, root: string): void {
  for (const path of PLACES.map((place) => join(folder, place)).filter(exists)) {
    try {
      accessSync(path, constants.R_OK)
    } catch (cause) {
      throw unreadableFor(cause, root, path)
    }
  }
}

function existing(cwd: string, explicitPath: string, root: string): string {
  const path = resolve(cwd, explicitPath)
  if (exists(path)) return path
  throw new TaskqError('TASKQ_CONFIG_UNREADABLE', `${explicitPath}: there is no such file`, {
    hint: 'Correct the path, or leave it out to use the one of the project.',
    data: { file: path, root },
  })
}

function open(found: Found, { root }: LoadContext): NonNullable<LoadedConfig['file']> {
  const value = (found.config as Boxed | undefined)?.value
  if (found.isEmpty !== true && value !== undefined && value !== null)
    return { path: found.filepath, value, lineOf: (key) => lineIn(found.filepath, key) }
  throw new TaskqError('TASKQ_CONFIG_UNREADABLE', `${shortened(found.filepath, root)}: it exports nothing`, {
    hint: 'Write: export default defineConfig({ … })',
    data: { file: found.filepath },
  })
}

/** The file is only read again where something in it is wrong. */
function lineIn(path: string, key: string): number | undefined {
  try {
    return keyLine(readFileSync(path, 'utf8'), key)
  } catch {
    return undefined
  }
}

function unreadableFor(error: unknown, root: string, path = (error as { filepath?: string }).filepath): TaskqError {
  const code = (error as { code?: string }).code
  const file = path ?? root
  // The message of an error nobody foresaw may quote the file.
  return new TaskqError(
    'TASKQ_CONFIG_UNREADABLE',
    `${shortened(file, root)}: it cannot be read (${code ?? (error as Error).name})`,
    {
      data: { file },
    },
  )
}

const shortened = (path: string, root: string): string =>
  path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path
