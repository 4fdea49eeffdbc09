import { describe, expect, test } from 'vitest'
import { presentBanner } from '../../src/cli/presenters/worker.js'
import { workerArgsOf } from '../../src/cli/worker-args.js'
import { settingsOf } from '../../src/cli/worker-flags.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { refusal } from '../support/refusal.js'

describe('--pool', () => {
  test.each([
    ['async', { pool: 'async' }],
    ['process', { pool: 'process' }],
    ['prefork', { pool: 'process' }],
    ['processes', { pool: 'process' }],
    ['thread', { pool: 'thread' }],
    ['threads', { pool: 'thread' }],
    ['gevent', { pool: 'async' }],
    ['eventlet', { pool: 'async' }],
  ])('knows %s', (name, settings) => {
    expect(settingsOf({ pool: name })).toEqual(settings)
  })

  test('takes solo for one job at once, and refuses another number beside it', () => {
    expect(settingsOf({ pool: 'solo' })).toEqual({ pool: 'async', concurrency: 1 })
    expect(settingsOf({ pool: 'solo', concurrency: 1 })).toEqual({ pool: 'async', concurrency: 1 })
    expect(() => settingsOf({ pool: 'solo', concurrency: 8 })).toThrow(
      '--concurrency: expected no --concurrency beside --pool=solo, which is one job at once, got 8',
    )
    expect(() => settingsOf({ pool: 'solo', autoscale: '4,1' })).toThrow('no --autoscale beside --pool=solo')
  })

  test('refuses another name, and says which there are', () => {
    expect(refusal(() => settingsOf({ pool: 'forks' }))).toMatchObject({
      code: 'TASKQ_USAGE',
      message: expect.stringMatching(/^--pool: expected one of async, process, thread, prefork, .*solo, got "forks"/),
    })
    expect(() => settingsOf({ pool: 'preforks' })).toThrow('did you mean prefork?')
  })

  test('is no fault of the configuration file, whatever a flag says', () => {
    const file = { path: '/taskq.config.ts', value: {} }
    expect(() => resolveConfig({ root: '/', file, flags: { maxMemoryPerChild: 'much' } })).toThrow(
      /^the command line has a problem:\n {2}--max-memory-per-child: expected/,
    )
    expect(() => resolveConfig({ root: '/', file, env: { TASKQ_CONCURRENCY: 'x' } })).toThrow(/^the environment has/)
    const wrong = { ...file, value: { prefix: 7 } }
    expect(() => resolveConfig({ root: '/', file: wrong, env: { TASKQ_CONCURRENCY: 'x' } })).toThrow(/^taskq\.config/)
  })

  test('goes on to the worker of taskq dev, with the limits of children', () => {
    const flags = { pool: 'prefork', 'max-tasks-per-child': 5, 'max-memory-per-child': '200mb' }
    expect(workerArgsOf(flags)).toEqual(['--pool=prefork', '--max-tasks-per-child=5', '--max-memory-per-child=200mb'])
  })
})

test('--max-memory-per-child refuses what is no size, and what every child exceeds', () => {
  const tooSmall = () => resolveConfig({ root: '/', flags: { maxMemoryPerChild: '12000' } })
  expect(tooSmall).toThrow('--max-memory-per-child: expected a size such as')
  expect(resolveConfig({ root: '/', flags: { maxMemoryPerChild: '200mb' } }).worker.maxMemoryPerChild).toBe(209_715_200)
})

test('the banner says where tasks run, where that is not the worker itself', () => {
  const facts = { name: 'w@h', version: '1', broker: 'redis', concurrency: 4, queues: [], tasks: [] }
  expect(presentBanner({ ...facts, pool: 'process' })).toContain('concurrency  4, each in a process of its own\n')
  expect(presentBanner({ ...facts, pool: 'async' })).toContain('concurrency  4\n')
})
