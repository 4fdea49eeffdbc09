import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CLI, ROOT } from '../../cli/cli-project.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { userEnv } from '../../support/run-program.js'
import { runs } from '../../support/temp-project.js'
import { POOL_CONFIG, poolApp, toldBy } from './pool-app.js'
import { listens, startsProgram } from './project/tasks.js'

const broker = brokerOfFile()

interface Told {
  readonly pid: number
  readonly program: number
}

/** A worker in a process of its own, whose child loops for ever and has started a program. */
async function busyWorker(): Promise<Told & { worker: ChildProcess }> {
  const { app } = poolApp(broker, {})
  const worker = spawn(process.execPath, [CLI, 'worker', '--config', POOL_CONFIG, '--pool', 'prefork'], {
    cwd: ROOT,
    env: userEnv({ REDIS_URL: broker.url, TASKQ_PREFIX: app.config.prefix }),
    stdio: 'ignore',
  })
  onTestFinished(() => void worker.kill('SIGKILL'))
  const { id } = await startsProgram.delay()
  const told = await toldBy<Told>(app, id)
  onTestFinished(() => [told.pid, told.program].filter(runs).forEach((pid) => void process.kill(pid, 'SIGKILL')))
  expect([told.pid, told.program].map(runs)).toEqual([true, true])
  return { worker, ...told }
}

test('a worker that is killed leaves no child, and nothing that it had started, though the child loops for ever', async () => {
  const { worker, pid, program } = await busyWorker()
  worker.kill('SIGKILL')
  await vi.waitFor(() => expect([pid, program].map(runs)).toEqual([false, false]), { timeout: 10_000 })
})

test('a child leaves SIGTERM, which systemd sends to all, to its worker', async () => {
  const { app, start } = poolApp(broker, { pool: 'process' })
  await start()
  const result = await listens.applyAsync([], { softTimeLimit: '1s' })
  const { pid } = await toldBy<Told>(app, result.id)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(pid, signal)
  expect(await rejection(result.get({ timeout: '20s' }))).toMatchObject({ code: 'TASKQ_JOB_TIME_LIMIT' })
  expect(runs(pid)).toBe(true)
})

test('a worker that is told to end three times takes its child along', async () => {
  const { worker, pid, program } = await busyWorker()
  const ended = once(worker, 'exit')
  // Three of one kind may come as one.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) worker.kill(signal)
  await ended
  await vi.waitFor(() => expect([pid, program].map(runs)).toEqual([false, false]), { timeout: 10_000 })
})
