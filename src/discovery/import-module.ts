import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { guardExit } from './exit-guard.js'
import { withPatience } from './patience.js'
import { typescriptLoader } from './typescript-loader.js'

/** How a module is imported. */
export interface ImportOptions {
  /** The project's folder. */
  readonly root: string
  /** How long a top-level await may take, in milliseconds. */
  readonly timeoutMs: number
  /** Load JavaScript as TypeScript is, for ESM syntax in a CommonJS package. Default false. */
  readonly transform?: boolean
}

/** A module did not come to its end. */
export class ImportTimeout extends Error {
  override readonly name = 'ImportTimeout'
}

/** Imports one module: TypeScript through the project's loader, JavaScript as Node does. */
export async function importModule(path: string, options: ImportOptions): Promise<Record<string, unknown>> {
  const load = isTypescript(path) || options.transform === true ? await transformed(path, options.root) : native(path)
  const giveUp = () => new ImportTimeout(timeoutMessage(options.timeoutMs))
  return guardExit(path, () => withPatience(load(), options.timeoutMs, giveUp))
}

/** Whether a file needs the TypeScript loader. */
export const isTypescript = (path: string): boolean => ['.ts', '.tsx', '.mts', '.cts'].includes(extname(path))

type Load = () => Promise<Record<string, unknown>>

async function transformed(path: string, root: string): Promise<Load> {
  const loader = await typescriptLoader(root)
  return () => loader.import<Record<string, unknown>>(path)
}

const native =
  (path: string): Load =>
  () =>
    import(pathToFileURL(path).href)

const timeoutMessage = (ms: number): string =>
  `it was not loaded within ${ms / 1000} s: a top-level await may never end`
