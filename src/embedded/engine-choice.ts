import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { BrokerEngine } from './broker-folder.js'

/** What the caller wants: a server that is installed, the JavaScript engine, or the first of the two there is. */
export type WantedEngine = 'auto' | 'server' | 'js'

/** The engine to start; `binary` is the absolute path of its server. */
export type EngineChoice =
  | { readonly engine: 'js' }
  | { readonly engine: Exclude<BrokerEngine, 'js'>; readonly binary: string }

const OLDEST = '6.2'
const run = promisify(execFile)

/**
 * Finds the engine to start: `valkey-server`, else `redis-server` from PATH when it is 6.2 or newer, else the
 * JavaScript engine. TASKQ_EMBEDDED_ENGINE decides where the caller leaves the choice open.
 *
 * @throws TaskqError `TASKQ_EMBEDDED_START` when a server is demanded and none is installed,
 *   `TASKQ_BROKER_CONFIG` when the variable has another value
 */
export async function chooseEngine(wanted: WantedEngine, env: NodeJS.ProcessEnv): Promise<EngineChoice> {
  const decided = wanted === 'auto' ? engineFromEnv(env) : wanted
  if (decided === 'js') return { engine: 'js' }
  for (const name of ['valkey-server', 'redis-server']) {
    for (const binary of onPath(name, env)) {
      const engine = await engineOf(binary)
      if (engine !== undefined) return { engine, binary }
    }
  }
  if (decided === 'auto') return { engine: 'js' }
  throw new TaskqError('TASKQ_EMBEDDED_START', `Found no redis-server or valkey-server ${OLDEST} or newer on PATH`, {
    hint: "Install one, or let engine be 'auto' or 'js'.",
  })
}

/** The engine that one line of `--version` speaks of; undefined when it is too old or something else. */
export function parseVersion(line: string): Exclude<BrokerEngine, 'js'> | undefined {
  const found = /^(redis|valkey) server v=(\d+)\.(\d+)/i.exec(line.trim())
  if (found === null) return undefined
  const [, name = '', major, minor] = found
  const version = Number(major) * 1000 + Number(minor)
  if (version < 6_002) return undefined
  return name.toLowerCase() === 'valkey' ? 'valkey' : 'redis'
}

function engineFromEnv(env: NodeJS.ProcessEnv): WantedEngine {
  const value = env.TASKQ_EMBEDDED_ENGINE
  if (value === undefined || value === '') return 'auto'
  if (value === 'auto' || value === 'server' || value === 'js') return value
  throw new TaskqError(
    'TASKQ_BROKER_CONFIG',
    `TASKQ_EMBEDDED_ENGINE: expected one of auto, server, js, got ${show(value)}`,
    { hint: 'Unset it, or give it one of these values.' },
  )
}

function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  // Windows calls it Path; process.env finds it by any case, a copy of it does not.
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  return folders.map((folder) => path.join(folder, file)).filter(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function engineOf(binary: string): Promise<Exclude<BrokerEngine, 'js'> | undefined> {
  try {
    const { stdout } = await run(binary, ['--version'], { timeout: 3_000, windowsHide: true })
    return parseVersion(stdout)
  } catch {
    // A server that cannot tell its version will not start either.
    return undefined
  }
}
