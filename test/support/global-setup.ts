import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseBroker } from './chosen-broker.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Builds dist once when src is newer: tests of the command line and of scaffolded projects run what is shipped. */
export function setup(): void {
  chooseBroker()
  if (newest('src', /\.tsx?$/) <= newest('dist', /\.js$/)) return
  // Beside a running build nothing may vanish, so dist is written over, not made anew.
  run('tsc', ['-p', '.'])
  run('npm', ['run', '--silent', 'build:embedded'])
  run('npm', ['run', '--silent', 'build:manifest'])
}

function newest(folder: string, pattern: RegExp): number {
  const path = join(ROOT, folder)
  if (!existsSync(path)) return 0
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) => pattern.test(file))
  return Math.max(0, ...files.map((file) => statSync(join(path, file)).mtimeMs))
}

function run(program: string, args: string[]): void {
  const PATH = `${join(ROOT, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`
  const { status, stdout } = spawnSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, PATH },
    shell: process.platform === 'win32',
  })
  if (status !== 0)
    process.stderr.write(`${program} ${args.join(' ')} ended with ${status}; tests may see an old dist\n${stdout}`)
}
