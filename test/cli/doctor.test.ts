import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { CliProject, TASKS } from './cli-project.js'

const broker = brokerOfFile({ password: 'c4nary' })

interface Findings {
  ok: boolean
  findings: { id: string; status: string; fix?: string }[]
}

const withStatus = ({ findings }: Findings, status: string) =>
  findings.filter((finding) => finding.status === status).map(({ id }) => id)

test('doctor fails a server that would lose jobs, with the cure', async (context) => {
  if (noRedis !== undefined) return context.skip(noRedis)
  const redis = new Redis(broker.url)
  const shop = new CliProject(broker.url).write('src/tasks/a.ts', TASKS)
  try {
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
    const bad = await shop.json<Findings>(['doctor'], 1)
    expect(withStatus(bad, 'fail')).toEqual(['eviction', 'persistence'])
    const text = await shop.run(['doctor'])
    expect(text.code).toBe(1)
    expect(text.stdout).toContain('→ redis-cli CONFIG SET maxmemory-policy noeviction')
    expect(text.stdout).not.toContain('c4nary')
    const worker = await shop.run(['worker', '--burst'])
    expect(worker.stdout).toContain('maxmemory-policy is allkeys-lru')

    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    await redis.config('SET', 'save', '3600 1')
    expect(withStatus(await shop.json<Findings>(['doctor'], 1), 'fail')).toEqual(['persistence'])
    await redis.config('SET', 'appendonly', 'yes')
    expect(await shop.json<Findings>(['doctor'])).toMatchObject({ ok: true })
  } finally {
    await redis.config('SET', 'appendonly', 'no')
    redis.disconnect()
  }
})

test('a wrong password ends the worker with 1, naming the user', async () => {
  const startedAt = performance.now()
  const url = new URL(broker.url)
  url.username = 'default'
  url.password = 'wr0ng'
  const run = await new CliProject(url.href).run(['worker'])
  expect(performance.now() - startedAt).toBeLessThan(5000)
  expect(run).toMatchObject({ code: 1, stdout: '' })
  expect(run.stderr).toContain('refused user "default"')
  expect(run.stderr).not.toContain('wr0ng')
  const doctor = await new CliProject(url.href).run(['doctor'])
  expect(doctor.code).toBe(1)
  expect(doctor.stdout).toMatch(/^FAIL +broker +.*refused user "default"/m)
})

test('the embedded broker is well in development, and refused in production', async () => {
  const shop = new CliProject().write('src/tasks/a.ts', TASKS)
  expect(await shop.json<Findings>(['doctor'])).toMatchObject({ ok: true })
  const run = await shop.run(['doctor', '--json'], { NODE_ENV: 'production' })
  expect(run.code).toBe(1)
  expect(withStatus(JSON.parse(run.stdout) as Findings, 'fail')).toEqual(['broker'])
  const forced = await shop.run(['doctor', '--json'], { NODE_ENV: 'production', TASKQ_ALLOW_EMBEDDED: '1' })
  expect(forced.code).toBe(1)
  expect(withStatus(JSON.parse(forced.stdout) as Findings, 'fail')).toEqual(['embedded'])
})

test('task files that cannot be imported, or are not there, are told', async () => {
  const broken = new CliProject().write('src/tasks/a.ts', 'throw new Error("no")')
  expect(withStatus(await broken.json<Findings>(['doctor'], 1), 'fail')).toEqual(['tasks'])
  expect(withStatus(await new CliProject().json<Findings>(['doctor']), 'warn')).toEqual(['tasks'])
})
