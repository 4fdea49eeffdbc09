import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { maskUrlsIn } from '../config/mask-url.js'
import { isTaskqError } from '../errors/taskq-error.js'
import { isInside } from './project-root.js'
import { typescriptLoader } from './typescript-loader.js'

/** Why a module could not be imported: where, and in one line what. Holds no source text and no secret. */
export interface ImportFailure {
  readonly file: string
  readonly line: number | undefined
  readonly message: string
  readonly hint: string | undefined
  /** The error with its stack, safe to show. */
  readonly cause: Error
}

interface Place {
  readonly file: string
  readonly line: number
}

/** Explains what an import of `file` threw. */
export async function explainImport(thrown: unknown, file: string, root: string): Promise<ImportFailure> {
  const parse = parseErrorOf(thrown)
  const place = parse ?? headerOf(thrown) ?? frameOf(thrown, root) ?? (await syntaxErrorIn(thrown, file, root))
  const message = parse?.message ?? messageOf(thrown)
  return {
    file: place?.file ?? file,
    line: place?.line,
    message,
    hint: isTaskqError(thrown) ? thrown.hint : hintFor(message),
    cause: safeCause(thrown, message),
  }
}

/** What the TypeScript loader says of a syntax error. */
function parseErrorOf(thrown: unknown): (Place & { message: string }) | undefined {
  const match = thrown instanceof Error ? /^ParseError: ([^\n]*?)\s*\n\s*(.+):(\d+):\d+\s*$/.exec(thrown.message) : null
  const [, message = '', file = '', line] = match ?? []
  return match === null
    ? undefined
    : { message: `syntax error: ${maskUrlsIn(message.replaceAll('`', ''))}`, file, line: Number(line) }
}

/** Node puts `file:line` above the stack of some syntax errors. */
function headerOf(thrown: unknown): Place | undefined {
  const match = /^((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*):(\d+)\n/.exec(stackOf(thrown))
  return match === null ? undefined : placeOf(match[1], match[2])
}

const FRAME = /(?:\(|at )((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()\n]*):(\d+):\d+\)?$/gm

function frameOf(thrown: unknown, root: string): Place | undefined {
  for (const [, file, line] of stackOf(thrown).matchAll(FRAME)) {
    const place = placeOf(file, line)
    if (isInside(root, place.file) && !/[\\/]node_modules[\\/]/.test(place.file)) return place
  }
  return undefined
}

const placeOf = (file = '', line = ''): Place => ({
  file: file.startsWith('file:') ? fileURLToPath(file) : file,
  line: Number(line),
})

/** For an ES module with a syntax error Node tells no line at all. */
async function syntaxErrorIn(thrown: unknown, file: string, root: string): Promise<Place | undefined> {
  if (!(thrown instanceof Error) || thrown.name !== 'SyntaxError' || !/js$/.test(file)) return undefined
  const loader = await typescriptLoader(root)
  const code = loader.transform({ source: readFileSync(file, 'utf8'), filename: file, async: true })
  const report = /^exports\.__JITI_ERROR__ = (\{.*\})/.exec(code)?.[1]
  const line = report === undefined ? 0 : Number((JSON.parse(report) as { line?: number }).line)
  return line > 0 ? { file, line } : undefined
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `a value that is no Error was thrown (${typeof thrown})`
  const text = maskUrlsIn(thrown.message.split('\n')[0] ?? '')
  if (isTaskqError(thrown) || thrown.name === 'ImportTimeout') return text
  return `${thrown.name === 'SyntaxError' ? 'syntax error' : thrown.name}: ${text}`
}

function hintFor(message: string): string | undefined {
  if (!/import statement outside a module|Unexpected token 'export'|Cannot use 'import.meta'/.test(message))
    return undefined
  return 'The package is CommonJS: add "type": "module" to its package.json, or name the file .mjs.'
}

const stackOf = (thrown: unknown): string =>
  thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : ''

/** The stack's frames only: what stands above them may quote the source, passwords and all. */
function safeCause(thrown: unknown, message: string): Error {
  const cause = new Error(message)
  cause.name = thrown instanceof Error ? thrown.name : 'NonError'
  const frames = stackOf(thrown)
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
  cause.stack = [`${cause.name}: ${message}`, ...frames.map(maskUrlsIn)].join('\n')
  return cause
}
