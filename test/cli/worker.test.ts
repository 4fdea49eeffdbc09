import { expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { CliProject, TASKS, UNSAFE } from './cli-project.js'

const broker = brokerOfFile()
const project = (): CliProject => new CliProject(broker.url).write('src/tasks/a.ts', TASKS)
const pretty = ['--log-format', 'pretty']

interface Job {
  id: string
  state: string
  attempts: number
  result?: unknown
  error?: { message: string; stack: string }
  logs?: string[]
}

test('a job runs: banner, call, result, status, a stop on SIGTERM', async () => {
  const shop = project()
  const worker = shop.start(['worker', '-n', 'first', '-c', '3', ...pretty])
  await worker.printed('[tasks]\n  Add\n  boom\n  hold\n')
  expect(worker.output()).toMatch(/^\ntaskq \d+\.\d+\.\d+ · first@\S+ · process \d+\n/)
  expect(worker.output()).toContain('  concurrency  3\n[queues]\n  default\n  maths\n')

  const called = await shop.run(['call', 'Add', '-a', '[1, 2]', '--wait'])
  expect(called).toEqual({ code: 0, stdout: '3\n', stderr: '' })
  const waited = await shop.json<{ id: string }>(['call', 'Add', '-a', '[3, 4]', '--wait'])
  expect(waited).toEqual({ id: expect.any(String), state: 'succeeded', result: 7 })
  const job = await shop.json<Job>(['result', waited.id, '--logs'])
  expect(job).toMatchObject({ task: 'Add', queue: 'maths', state: 'succeeded', result: 7, attempts: 1 })
  expect(job.logs).toEqual([expect.stringMatching(/ info adding \{"a":3,"b":4\}$/)])

  const status = await shop.run(['status'])
  expect(status.stdout).toMatch(/^first@\S+ +\d+ +default,maths +3 /m)
  expect(status.stdout).toMatch(/^maths +0 +0 +0 +0 +2 +0$/m)

  worker.child.kill('SIGTERM')
  expect(await worker.ended).toEqual({ code: 0, signal: null })
  expect(worker.output()).toContain('shutting down: 0 running')
  expect((await shop.json<{ workers: object[] }>(['status'])).workers).toEqual([])
})

test('a job that fails: its error on standard error, exit 1, and nothing of it speaks to the terminal', async () => {
  const shop = project()
  const worker = shop.start(['worker', ...pretty])
  const called = await shop.run(['call', 'boom', '--wait'])
  expect(called).toMatchObject({ code: 1, stdout: '' })
  expect(called.stderr).toContain('failed: Error: bad \\u001b[31mred\\u0007\n')
  expect(called.stderr).toMatch(/ {6}at .*src\/tasks\/a\.ts:\d+/)
  const asJson = await shop.run(['call', 'boom', '--wait', '--json'])
  expect(asJson.code).toBe(1)
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    error: { code: 'TASKQ_JOB_FAILED', failure: { name: 'Error', message: 'bad \u001b[31mred\u0007' } },
  })
  const { id } = await shop.json<Job>(['call', 'boom'])
  const shown = await shop.run(['result', id, '--wait'])
  expect(shown.code).toBe(1)
  expect(shown.stdout).toMatch(/^state +failed$/m)
  await worker.printed('boom failed for good: bad \\u001b[31mred')
  for (const text of [called.stderr, asJson.stdout, shown.stdout, worker.output()]) expect(text).not.toMatch(UNSAFE)
})

test('burst does what waits, and ends; once does one job', async () => {
  const shop = project()
  const ids = []
  for (const n of [1, 2, 3]) ids.push((await shop.run(['call', 'Add', '-a', `[${n}, 1]`])).stdout.trim())
  const once = await shop.run(['worker', '--once', '--log-format', 'json'])
  expect(once).toMatchObject({ code: 0, stderr: '' })
  const lines = once.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; concurrency?: number })
  expect(lines[0]).toMatchObject({ msg: expect.stringMatching(/^worker@.* starts$/), concurrency: 1 })
  expect(lines.filter(({ msg }) => msg.startsWith('Add succeeded'))).toHaveLength(1)
  const burst = await shop.run(['worker', '--burst'])
  expect(burst.code).toBe(0)
  expect(burst.stdout).toContain('has ended: 2 succeeded, 0 failed')
  for (const id of ids) expect(await shop.json(['result', id])).toMatchObject({ state: 'succeeded' })
})

test('a worker serves the queues that it is told to', async () => {
  const shop = project()
  await shop.run(['call', 'Add', '-a', '[1, 1]'])
  const { id } = await shop.json<Job>(['call', 'hold', '-a', '[0]'])
  expect((await shop.run(['worker', '--burst', '-X', 'maths'])).stdout).toContain('1 succeeded')
  expect(await shop.json(['result', id])).toMatchObject({ state: 'succeeded', queue: 'default' })
  const status = await shop.run(['status'])
  expect(status.stdout).toMatch(/^maths +1 +0 +0 +0 +0 +0 +\d\S*s$/m)
  expect(status.stdout).toMatch(/^! No worker serves maths\.$/m)
  expect((await shop.run(['worker', '--burst', '-Q', 'other,maths'])).stdout).toContain('1 succeeded')
  const nothing = await shop.run(['worker', '-Q', 'maths', '-X', 'maths'])
  expect(nothing.code).toBe(2)
  expect(nothing.stderr).toContain('TASKQ_WORKER_NOTHING_TO_DO')
})

test('a second signal gives a running job back at once, and no attempt is spent', async () => {
  const shop = project()
  const worker = shop.start(['worker', ...pretty])
  const { id } = await shop.json<Job>(['call', 'hold', '-a', '[60000]'])
  await worker.printed('holding')
  worker.child.kill('SIGTERM')
  await worker.printed('shutting down: 1 running, up to 25s')
  const askedAt = performance.now()
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toEqual({ code: 0, signal: null })
  expect(performance.now() - askedAt).toBeLessThan(1500)
  expect(await shop.json(['result', id])).toMatchObject({ state: 'queued', attempts: 0 })
})

test('a running job may end in its time; what does not goes back', async () => {
  const shop = project()
  const worker = shop.start(['worker', '--shutdown-timeout', '1s', ...pretty])
  const short = await shop.json<Job>(['call', 'hold', '-a', '[1500]'])
  const long = await shop.json<Job>(['call', 'hold', '-a', '[60000]'])
  await worker.printed(long.id)
  worker.child.kill('SIGINT')
  expect(await worker.ended).toEqual({ code: 0, signal: null })
  expect(await shop.json(['result', short.id])).toMatchObject({ state: 'succeeded' })
  expect(await shop.json(['result', long.id])).toMatchObject({ state: 'queued', attempts: 0 })
})

test('unknown names are told', async () => {
  const shop = project()
  const call = await shop.run(['call', 'Ad', '-a', '[1]'])
  expect(call.code).toBe(0)
  expect(call.stderr).toMatch(/^Warning: .*"Ad".*\(did you mean Add\?\)\n$/)
  for (let round = 0; round < 5; round++) {
    const misspelt = await shop.run(['call', 'hold', '-a', '[1]', '--queue', 'math'])
    expect(misspelt.stderr).toContain('(did you mean maths?)')
  }
  const queue = await shop.run(['call', 'Add', '-a', '[1, 2]', '--queue', 'math'])
  expect(queue.code).toBe(2)
  expect(queue.stderr).toContain('expected "maths", the queue in which its limits hold')
  const result = await shop.run(['result', 'nobody', '--json'])
  expect(result.code).toBe(1)
  expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'TASKQ_RESULT_UNKNOWN' } })
  const late = await shop.run(['call', 'Add', '-a', '[1, 2]', '--wait', '--timeout', '200ms'])
  expect(late.code).toBe(1)
  expect(late.stderr).toContain('TASKQ_RESULT_TIMEOUT')
})
