import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'

const DIST = new URL('../../../dist/', import.meta.url)

/** Writes a project into a temp folder that is removed after the test, and returns its real path. */
export function tempProject(files: Record<string, string>, type: 'module' | 'commonjs' = 'module'): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'taskq discovery-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  write(root, { 'package.json': JSON.stringify({ name: 'app', type }), ...taskqPackage(), ...files })
  return root
}

export function write(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** A `taskq` of which it can be told how often it was loaded. */
function taskqPackage(): Record<string, string> {
  const dist = (path: string) => JSON.stringify(new URL(path, DIST).href)
  return {
    'node_modules/taskq/package.json': JSON.stringify({ name: 'taskq', type: 'module', exports: './index.js' }),
    'node_modules/taskq/index.js': [
      'globalThis.taskqLoads = (globalThis.taskqLoads ?? 0) + 1',
      `export * from ${dist('task/task.js')}`,
      `export * from ${dist('task/base-task.js')}`,
      `export * from ${dist('task/define-task.js')}`,
      'export const defineConfig = (config) => config',
    ].join('\n'),
  }
}

const RUNNER = `
  const [module, name, args, shape] = JSON.parse(process.argv[1])
  const { [name]: call } = await import(module)
  const plain = (error) => error && { name: error.name, code: error.code, message: error.message, hint: error.hint,
    data: error.data, stack: error.stack, cause: plain(error.cause) }
  const started = performance.now()
  const answer = await call(...args.map((arg) => arg ?? undefined)).then((value) => ({ value }), (error) => ({ error: plain(error) }))
  const ms = performance.now() - started
  console.log('\\n' + JSON.stringify({ ...answer, ms, loads: globalThis.taskqLoads ?? 0, polluted: ({}).polluted },
    (key, value) => (value instanceof Error ? plain(value) : value)))
`

/** What a call in a process of its own came to. */
export interface Outcome<T> {
  readonly value: T
  readonly error: {
    code: string
    message: string
    hint?: string
    data?: Record<string, unknown>
    stack: string
    cause?: unknown
  }
  readonly ms: number
  /** How often taskq was loaded by the project. */
  readonly loads: number
  readonly polluted: unknown
}

/** Calls a function of the built package in a process of its own: modules are loaded there as in earnest. */
export async function callBuilt<T>(file: string, name: string, ...args: unknown[]): Promise<Outcome<T>> {
  const request = JSON.stringify([new URL(`discovery/${file}.js`, DIST).href, name, args])
  const run = ['--input-type=module', '-e', RUNNER, '--', request]
  const { stdout } = await promisify(execFile)(process.execPath, run, {
    cwd: dirname(fileURLToPath(pathToFileURL(import.meta.filename))),
    timeout: 20_000,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Outcome<T>
}
