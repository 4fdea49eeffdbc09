import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type EmbeddedBroker, stopEmbeddedBroker } from '../../dist/embedded/broker.js'

/** The content of `broker.json`. */
export interface SeenRecord {
  readonly pid: number
  readonly port: number
  readonly password: string
  readonly engine: EmbeddedBroker['engine']
  readonly phase: string
  readonly serverPid?: number
}

/** A project folder for one test; its broker is stopped and the folder removed when the test ends. */
export function tempProject(name = 'project-'): string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), `taskq ${name}`))
  onTestFinished(async () => {
    await stopEmbeddedBroker(root).catch(() => false)
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  })
  return root
}

/** Reads `.taskq/broker.json` of a project; undefined when there is none. */
export function readBrokerJson(root: string): SeenRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(root, '.taskq', 'broker.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** Tells whether a process runs; one that has ended and was not collected yet does not. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return process.platform !== 'linux'
  }
}
