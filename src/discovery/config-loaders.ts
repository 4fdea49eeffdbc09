import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, extname, join, relative } from 'node:path'
import { defaultLoaders, type Loader } from 'cosmiconfig'
import { TaskqError } from '../errors/taskq-error.js'
import { explainImport } from './import-failure.js'
import { importModule } from './import-module.js'
import { jsonErrorLine } from './json-error-line.js'
import { isInside } from './project-root.js'

/** A loaded value in a box: cosmiconfig follows `$import` in what it sees, out of the project if it says so. */
export interface Boxed {
  readonly value: unknown
}

/** What the loaders need to know, and what they find out. */
export interface LoadContext {
  readonly root: string
  readonly timeoutMs: number
  readonly warnings: string[]
}

const CODE = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

/** One loader per kind of file. All refuse files outside the project, and report every failure as a TaskqError. */
export function configLoaders(context: LoadContext): Record<string, Loader> {
  const guarded =
    (load: (path: string, text: string) => Promise<unknown>): Loader =>
    async (path, text) => {
      guardPlace(path, context)
      return load(path, text)
    }
  const code = guarded(async (path) => ({ value: await loadCode(path, context) }))
  return {
    ...Object.fromEntries(CODE.map((extension) => [extension, code])),
    '.json': guarded(async (path, text) => loadJson(path, text, context)),
    noExt: guarded(async (path, text) => ({ value: loadYaml(path, text, context) })),
  }
}

/** The error for a configuration file that cannot be used: `file:line: what`. */
export function unreadable(
  path: string,
  what: string,
  context: { root: string },
  more: { line?: number | undefined; hint?: string | undefined; cause?: unknown } = {},
) {
  const file = relative(context.root, path) || path
  const place = more.line === undefined ? file : `${file}:${more.line}`
  return new TaskqError('TASKQ_CONFIG_UNREADABLE', `${place}: ${what}`, {
    ...(more.hint !== undefined && { hint: more.hint }),
    ...(more.cause !== undefined && { cause: more.cause }),
    data: { file: path, ...(more.line !== undefined && { line: more.line }) },
  })
}

/** The configuration is code: it comes from the project alone, and a file anyone may change is worth a word. */
function guardPlace(path: string, context: LoadContext): void {
  const real = realpathSync(path)
  if (!isInside(context.root, real)) {
    throw unreadable(path, `it leads out of the project, to ${real}`, context, {
      hint: `Put the file itself into ${context.root}.`,
    })
  }
  if (process.platform === 'win32' || (statSync(real).mode & 0o002) === 0) return
  const file = relative(context.root, path)
  context.warnings.push(`${file} can be changed by every user of this machine: chmod o-w ${file}`)
}

async function loadCode(path: string, context: LoadContext): Promise<unknown> {
  const { root, timeoutMs } = context
  try {
    const transform = extname(path) === '.js' && isCommonjs(root)
    return defaultExport(await importModule(path, { root, timeoutMs, transform }))
  } catch (error) {
    const { file, line, message, hint, cause } = await explainImport(error, path, root)
    throw unreadable(file, message, context, { line, hint, cause })
  }
}

function defaultExport(module: Record<string, unknown>): unknown {
  if (!('default' in module)) return Object.keys(module).length === 0 ? undefined : { ...module }
  const value = module.default as { __esModule?: boolean; default?: unknown } | undefined
  return value?.__esModule === true && 'default' in value ? value.default : value
}

function isCommonjs(root: string): boolean {
  try {
    return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { type?: string }).type === 'commonjs'
  } catch {
    return false
  }
}

function loadJson(path: string, text: string, context: LoadContext): unknown {
  const value = parseJson(path, text, context)
  if (basename(path) !== 'package.json') return { value }
  const own = typeof value === 'object' && value !== null && Object.hasOwn(value, 'taskq')
  return own ? { taskq: { value: (value as { taskq: unknown }).taskq } } : {}
}

function parseJson(path: string, text: string, context: LoadContext): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text around the error.
    throw unreadable(path, 'it is not valid JSON', context, { line: jsonErrorLine(text) })
  }
}

function loadYaml(path: string, text: string, context: LoadContext): unknown {
  try {
    return (defaultLoaders.noExt as (path: string, text: string) => unknown)(path, text)
  } catch (error) {
    const { reason, mark } = error as { reason?: string; mark?: { line?: number } }
    const line = mark?.line === undefined ? undefined : mark.line + 1
    throw unreadable(path, `it is neither valid JSON nor YAML${reason === undefined ? '' : ` (${reason})`}`, context, {
      line,
    })
  }
}
