import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { App } from '../../src/app/app.js'
import { resolveBroker } from '../../src/app/resolve-broker.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { defineTask } from '../../src/task/define-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'

const broker = brokerOfFile()

/** A folder with these files; removed when the test ends. */
function project(files: Record<string, string> = {}): string {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'taskq app-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(join(root, name, '..'), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

describe('App.load', () => {
  test('reads the configuration of the project, below the environment', async () => {
    const cwd = project({ 'taskq.config.js': "export default { prefix: 'shop', worker: { concurrency: 3 } }" })
    const { config } = await App.load({ cwd, env: { TASKQ_PREFIX: 'other', REDIS_URL: 'redis://127.0.0.1:1' } })
    expect(config).toMatchObject({ root: cwd, worker: { concurrency: 3 }, broker: { kind: 'redis' } })
  })

  test('names every problem of the file', async () => {
    const cwd = project({ 'taskq.config.js': 'export default { prefx: 1, worker: { concurrency: 0 } }' })
    const error = await rejection(App.load({ cwd, env: {} }))
    expect(error).toMatchObject({ code: 'TASKQ_CONFIG_INVALID' })
    expect((error as Error).message).toMatch(/prefx: .*did you mean prefix\?/)
    expect((error as Error).message).toMatch(/worker\.concurrency: /)
  })

  test('says where a file that cannot be loaded is broken', async () => {
    const cwd = project({ 'taskq.config.js': 'export default {' })
    expect(await rejection(App.load({ cwd, env: {} }))).toMatchObject({
      code: 'TASKQ_CONFIG_UNREADABLE',
      message: expect.stringContaining('taskq.config.js'),
    })
    expect(await rejection(App.load({ cwd, env: {}, configPath: 'missing.ts' }))).toMatchObject({
      code: 'TASKQ_CONFIG_UNREADABLE',
    })
  })

  test('makes client and worker on the broker, and connects anew after close', async () => {
    const cwd = project()
    const config = resolveConfig({ root: cwd, file: { path: 'test', value: { broker: broker.url, prefix: 'app' } } })
    const warnings: string[] = []
    const app = App.of(config, { cwd, env: {}, warn: (message) => warnings.push(message) })
    onTestFinished(() => app.close())
    const first = await app.client()
    expect(await app.client()).toBe(first)
    const result = await first.enqueue('unknown', [1])
    expect(warnings).toEqual([expect.stringContaining('"unknown"')])
    const { worker, queues } = await app.createWorker({ burst: true, onEvent: () => {}, onLog: () => {} })
    expect(queues).toEqual(['default'])
    await worker.start()
    await worker.done
    await app.close()
    expect(await (await app.client()).result(result.id).state(), 'parked').toBe('queued')
  })
})

describe('the broker of an app', () => {
  const config = resolveConfig({ root: '/', file: undefined })

  test('is refused in production where none is configured', async () => {
    expect(await rejection(resolveBroker(config, { NODE_ENV: 'production' }))).toMatchObject({
      code: 'TASKQ_EMBEDDED_REFUSED',
      hint: expect.stringContaining('REDIS_URL'),
    })
    const app = App.of(config, { cwd: '/', env: { NODE_ENV: 'production' } })
    expect(await rejection(app.client())).toMatchObject({ code: 'TASKQ_EMBEDDED_REFUSED' })
  })

  test('is the configured one, production or not', async () => {
    const redis = resolveConfig({ root: '/', env: { REDIS_URL: 'redis://10.0.0.1' } })
    expect(await resolveBroker(redis, { NODE_ENV: 'production' })).toMatchObject({
      redis: { nodes: [{ host: '10.0.0.1', port: 6379 }] },
      embedded: undefined,
    })
  })
})

describe('the app of the process', () => {
  /** A fresh copy of what `taskq` exports, as another process has it. */
  const freshIndex = async () => {
    vi.resetModules()
    defineTask({ name: 'known' }, () => {})
    onTestFinished(() => forgetTasks('known'))
    const index = await import('../../src/index.js')
    onTestFinished(() => index.close())
    return index
  }

  test('is configured once, before its first use', async () => {
    const { configure, sendTask, getResult } = await freshIndex()
    configure({ broker: broker.url, prefix: 'ambient' })
    const { id } = await sendTask('known', ['a'])
    expect(await (await getResult(id)).state()).toBe('queued')
    expect(() => configure({})).toThrow(
      expect.objectContaining({ code: 'TASKQ_CONFIG_INVALID', hint: expect.stringContaining('once') }),
    )
  })

  test('refuses a wrong configuration at once, and can then be given a right one', async () => {
    const { configure, sendTask } = await freshIndex()
    expect(() => configure({ brokr: 1 } as never)).toThrow(/brokr: .*did you mean broker/)
    configure({ broker: broker.url, prefix: 'ambient' })
    expect(await sendTask('known')).toMatchObject({ task: 'known' })
  })

  test('is closed without having been used, and used again after it was closed', async () => {
    const { close, configure, sendTask } = await freshIndex()
    await close()
    configure({ broker: broker.url, prefix: 'ambient' })
    await sendTask('known')
    await close()
    expect(await sendTask('known')).toMatchObject({ id: expect.any(String) })
  })
})
