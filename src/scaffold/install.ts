import { spawn } from 'node:child_process'
import type { PackageManager } from './package-manager.js'

/** How an install ended. */
export interface InstallOutcome {
  readonly ok: boolean
  /** Why it failed: an exit code, a signal, or that the program is missing. */
  readonly reason?: string
  /** The last lines that it printed. */
  readonly tail: readonly string[]
}

const TAIL_LINES = 15

/** Installs a project's dependencies. Never throws: a failure is an outcome, the project stays. */
export function installDependencies(manager: PackageManager, dir: string): Promise<InstallOutcome> {
  const { program, args } = installCommand(manager, process.platform)
  const tail: string[] = []
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: dir, shell: false, stdio: ['ignore', 'pipe', 'pipe'] })
    const take = (chunk: Buffer) => {
      const lines = chunk.toString('utf8').split(/\r?\n/)
      tail.push(...lines.filter((line) => line.trim() !== ''))
      tail.splice(0, Math.max(0, tail.length - TAIL_LINES))
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', (error) => done({ ok: false, reason: error.message, tail }))
    child.once('close', (code, signal) => {
      if (code === 0) done({ ok: true, tail })
      else done({ ok: false, reason: signal === null ? `exit code ${code}` : `ended by ${signal}`, tail })
    })
  })
}

/** The program and its arguments. Windows has package managers as .cmd files, which only cmd.exe starts. */
export function installCommand(
  manager: PackageManager,
  platform: NodeJS.Platform,
): { program: string; args: readonly string[] } {
  if (platform !== 'win32' || manager === 'bun') return { program: manager, args: ['install'] }
  return { program: 'cmd.exe', args: ['/d', '/s', '/c', `${manager}.cmd install`] }
}
