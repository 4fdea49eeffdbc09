import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { runProgram, userEnv } from '../support/run-program.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CLI = join(ROOT, 'bin/run.js')

let home: string
beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'taskq-init-')))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const taskqInit = (...args: string[]) =>
  runProgram(process.execPath, [CLI, 'init', ...args], { cwd: home, env: userEnv() })

describe('taskq init on the command line', () => {
  test.each([['..'], ['a;touch x'], ['$(id)'], ['-rf'], ['node_modules'], ['a'.repeat(300)]])(
    'refuses %j with exit code 2 and changes nothing',
    async (name) => {
      const before = readdirSync(home)
      const run = await taskqInit('--', name)
      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run.stderr).toContain('cannot be')
      expect(readdirSync(home)).toEqual(before)
    },
  )

  test('tells an error as JSON', async () => {
    const run = await taskqInit('node_modules', '--json')
    expect(run.code).toBe(2)
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'TASKQ_SCAFFOLD_NAME' } })
  })

  test('asks nothing without a terminal, and a dry run writes nothing', async () => {
    const before = readdirSync(home)
    const run = await taskqInit('--dry-run')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain(`Would write to ${join(home, 'my-app')}:\n`)
    expect(run.stdout).toContain('\n  src/\n    enqueue.ts\n    tasks/\n      resize-image.ts\n')
    expect(readdirSync(home)).toEqual(before)
  })

  test('installs nothing without a terminal unless told to, and says what comes next', async () => {
    const run = await taskqInit('quiet', '--package-manager', 'pnpm', '--no-git')
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('\n  cd quiet\n  pnpm install\n  pnpm run dev ')
    expect(existsSync(join(home, 'quiet/node_modules'))).toBe(false)
    expect(existsSync(join(home, 'quiet/.git'))).toBe(false)
  })
})

describe('a project made from the packed taskq', () => {
  let project: string
  const npm = (...args: string[]) => runProgram('npm', args, { cwd: project, env: userEnv(), timeoutMs: 120_000 })

  beforeAll(async () => {
    // The tests' setup has built dist; a build here would take it away from the tests beside this one.
    const packed = await runProgram('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', home], {
      cwd: ROOT,
      env: userEnv(),
    })
    expect(packed.code, packed.stderr).toBe(0)
    const run = await taskqInit('shop', '--taskq', join(home, packed.stdout.trim()), '--install', '--json')
    expect(run.code, run.stdout + run.stderr).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ dir: join(home, 'shop'), packageManager: 'npm', installed: true })
    project = join(home, 'shop')
  }, 180_000)

  test('has one ioredis, and no placeholder left', () => {
    const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as { packages: object }
    expect(Object.keys(lock.packages).filter((path) => path.endsWith('node_modules/ioredis'))).toEqual([
      'node_modules/ioredis',
    ])
    const files = readdirSync(project, { recursive: true, encoding: 'utf8' })
    const own = files.filter((path) => !/^(?:node_modules|\.git)(?:[\\/]|$)/.test(path) && /\.\w+$/.test(path))
    expect(own).toContain('taskq.config.ts')
    expect(own.filter((path) => readFileSync(join(project, path), 'utf8').includes('{{'))).toEqual([])
  })

  test('type-checks, builds and passes its own test', async () => {
    for (const script of ['typecheck', 'build', 'test']) {
      const run = await npm('run', script)
      expect(run.code, `npm run ${script}\n${run.stdout}${run.stderr}`).toBe(0)
    }
    expect(readdirSync(join(project, 'dist/tasks'))).toContain('send-welcome-email.js')
  }, 120_000)

  test('finishes its jobs through its worker, on the broker that it starts by itself', async () => {
    const worker = startWorker(project)
    const run = await npm('run', 'enqueue')
    expect(run.code, `${run.stdout}${run.stderr}\nworker:\n${worker.output()}`).toBe(0)
    expect(run.stdout).toMatch(/the welcome mail was sent: <.+@example\.com>/)
    expect(run.stdout).toContain('the image was resized: cat.png@320w, cat.png@640w, cat.png@1280w')
    worker.child.kill('SIGTERM')
    const [code] = await worker.ended
    expect(code, worker.output()).toBe(0)
  }, 90_000)
})

/** Starts the project's worker; it is ended, and its broker too, when the test is done. */
function startWorker(project: string) {
  const child = spawn(process.execPath, ['node_modules/taskq/bin/run.js', 'worker'], {
    cwd: project,
    env: userEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL')
    await ended
    await endBroker(project)
  })
  return { child, ended, output: () => output }
}

/** The broker ends by itself when nobody uses it; the test need not wait for that. */
async function endBroker(project: string): Promise<void> {
  const record = join(project, '.taskq/broker.json')
  if (!existsSync(record)) return
  const { pid } = JSON.parse(readFileSync(record, 'utf8')) as { pid: number }
  const deadline = Date.now() + 10_000
  try {
    for (process.kill(pid, 'SIGTERM'); Date.now() < deadline; await wait(50)) process.kill(pid, 0)
  } catch {
    return
  }
  throw new Error(`the broker of ${project} (process ${pid}) did not end on SIGTERM`)
}
