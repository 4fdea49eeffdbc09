import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { runProgram, userEnv } from '../support/run-program.js'
import { tempProject } from '../support/temp-project.js'
import { CLI, ROOT } from './cli-project.js'

const broker = brokerOfFile()
const HEAVY = ['bullmq', 'ioredis', 'ink', 'react', 'zod', 'pino', 'jiti', 'cosmiconfig', '@clack', 'lua-redis-wasm']

/** Writes the URL of every module that the process loads. */
const RECORDER = `
import { registerHooks } from 'node:module'
import { appendFileSync } from 'node:fs'
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.MODULE_LIST, url + '\\n')
    return next(url, context)
  },
})
`

async function modulesOf(args: readonly string[], cwd = ROOT): Promise<string[]> {
  const list = join(tempProject('modules-'), 'list.txt')
  const preload = `data:text/javascript,${encodeURIComponent(RECORDER)}`
  const run = await runProgram(process.execPath, ['--import', preload, CLI, ...args], {
    cwd,
    env: userEnv({ MODULE_LIST: list }),
  })
  expect(run.code, run.stderr).toBe(0)
  return readFileSync(list, 'utf8').split('\n')
}

test.each([[['--help']], [['worker', '--help']], [['dashboard', '--help']], [['shell', '--help']], [[]]])(
  'taskq %j loads nothing heavy',
  async (args) => {
    const modules = await modulesOf(args)
    // The recorder sees what is loaded: oclif is.
    expect(modules.some((url) => url.includes('node_modules/@oclif/core/'))).toBe(true)
    const heavy = modules.filter((url) => HEAVY.some((name) => url.includes(`node_modules/${name}/`)))
    expect(heavy).toEqual([])
  },
)

const ONLY_FOR_CALLERS = [
  'engine',
  'producer',
  'jobs/job-lists',
  'control/live-feed',
  'control/control-bus',
  'stats/stats-reader',
  'schedules/schedule-store',
]

test('a worker loads nothing that only callers, beats and servers of metrics need', async () => {
  const modules = await modulesOf(['worker', '--burst', '-Q', 'default', '--broker', broker.url], tempProject('idle-'))
  expect(modules.some((url) => url.endsWith('/dist/engine/workers/worker-side.js'))).toBe(true)
  const engine = ONLY_FOR_CALLERS.map((name) => `/dist/engine/${name}.js`)
  expect(engine.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  const rooms = ['beat', 'client', 'control/alerts', 'web', 'tui'].map((room) => `/dist/${room}`)
  const bullmq = ['/bullmq/dist/cjs/index.js', '/bullmq/dist/cjs/postgres/', '/luxon/', '/cron-parser/']
  const idle = modules.filter((url) => [...engine, ...rooms, ...bullmq].some((part) => url.includes(part)))
  expect(idle).toEqual([])
})

/** `worker`, `schedule list`… */
const commands = readdirSync(join(ROOT, 'dist/cli/commands'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -'.js'.length).split(sep).join(' '))

test.each(commands)('taskq %s --help has a summary and an example', async (command) => {
  const run = await runProgram(process.execPath, [CLI, ...command.split(' '), '--help'], { cwd: ROOT, env: userEnv() })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toMatch(/EXAMPLES\n(?:.*\n)*? +\$ .*taskq /)
})

test('the reference names every command', () => {
  const reference = readFileSync(join(ROOT, 'docs/reference/commands.md'), 'utf8')
  expect(commands.filter((command) => !reference.includes(`## taskq ${command}\n`))).toEqual([])
})
