import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The package managers that `taskq init` may run. No other program is ever started as one. */
export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'] as const

export type PackageManager = (typeof PACKAGE_MANAGERS)[number]

/** How a package manager is told things: for files, screens and the install itself. */
export interface PackageManagerWords {
  readonly install: string
  /** Runs a script of package.json: `npm run`. */
  readonly run: string
  /** Runs a program of a dependency: `npx`. */
  readonly exec: string
}

const WORDS: Record<PackageManager, PackageManagerWords> = {
  npm: { install: 'npm install', run: 'npm run', exec: 'npx' },
  pnpm: { install: 'pnpm install', run: 'pnpm run', exec: 'pnpm exec' },
  yarn: { install: 'yarn install', run: 'yarn run', exec: 'yarn exec' },
  bun: { install: 'bun install', run: 'bun run', exec: 'bunx' },
}

const LOCKFILES: readonly (readonly [string, PackageManager])[] = [
  ['package-lock.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

/** The words of a package manager. */
export const wordsOf = (manager: PackageManager): PackageManagerWords => WORDS[manager]

/**
 * Guesses the package manager: the one that started this process, else the one whose lockfile is in `dir`
 * or above it, else npm.
 *
 * @param userAgent npm_config_user_agent, such as `pnpm/10.1.0 npm/? node/v24.1.0 linux x64`
 */
export function detectPackageManager(userAgent: string | undefined, dir: string): PackageManager {
  const name = /^([a-z]+)\//.exec(userAgent ?? '')?.[1]
  return PACKAGE_MANAGERS.find((manager) => manager === name) ?? byLockfile(dir) ?? 'npm'
}

function byLockfile(dir: string): PackageManager | undefined {
  for (let folder = dir; ; folder = dirname(folder)) {
    const found = LOCKFILES.find(([file]) => existsSync(join(folder, file)))
    if (found !== undefined) return found[1]
    if (folder === dirname(folder)) return undefined
  }
}
