import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../../src/engine/control/parse-command.js'

describe('a command from outside', () => {
  test.each([
    { name: 'ping' },
    { name: 'conf' },
    { name: 'refresh' },
    { name: 'shutdown' },
    { name: 'concurrency', slots: 1 },
    { name: 'concurrency', slots: 10_000, queue: 'emails' },
    { name: 'pool-grow', by: 2 },
    { name: 'pool-shrink', by: 2 },
    { name: 'autoscale' },
    { name: 'autoscale', min: 2, max: 2 },
    { name: 'add-queue', queue: 'emails' },
    { name: 'cancel-queue', queue: 'emails' },
    { name: 'watch', forMs: 15_000 },
    { name: 'revoked', ids: ['a'], ahead: false },
    { name: 'revoked', ids: [], ahead: true },
  ])('that is right is taken as it is: %o', (command) => {
    expect(parseCommand(command)).toEqual({ command })
  })

  test('keeps nothing that it is not made of', () => {
    expect(parseCommand({ name: 'ping', slots: 5, more: {} })).toEqual({ command: { name: 'ping' } })
  })

  test('with one bound only: at least one slot', () => {
    expect(parseCommand({ name: 'autoscale', max: 4 })).toEqual({ command: { name: 'autoscale', min: 1, max: 4 } })
  })

  test.each([
    [{ name: 'fly' }, 'this worker\'s taskq knows no command "fly"'],
    [{ name: 'toString' }, 'this worker\'s taskq knows no command "toString"'],
    [{ name: 7 }, "this worker's taskq knows no command 7"],
    [{}, "this worker's taskq knows no command undefined"],
    [{ name: 'revoked' }, 'ids: expected at most 200 ids of jobs, got undefined'],
    [{ name: 'revoked', ids: [7] }, 'ids: expected at most 200 ids of jobs, got an array of 1'],
    [{ name: 'concurrency' }, 'slots: expected a whole number from 1 to 10000, got undefined'],
    [{ name: 'concurrency', slots: 0 }, 'slots: expected a whole number from 1 to 10000, got 0'],
    [{ name: 'concurrency', slots: 10_001 }, 'slots: expected a whole number from 1 to 10000, got 10001'],
    [{ name: 'concurrency', slots: 1.5 }, 'slots: expected a whole number from 1 to 10000, got 1.5'],
    [{ name: 'concurrency', slots: '5' }, 'slots: expected a whole number from 1 to 10000, got "5"'],
    [{ name: 'pool-grow', by: -1 }, 'by: expected a whole number from 1 to 10000, got -1'],
    [{ name: 'pool-shrink', by: null }, 'by: expected a whole number from 1 to 10000, got null'],
    [{ name: 'autoscale', min: 3, max: 2 }, 'min: expected at most max, which is 2, got 3'],
    [{ name: 'autoscale', min: 3 }, 'max: expected a whole number from 1 to 10000, got undefined'],
    [{ name: 'watch', forMs: 1e9 }, 'forMs: expected a whole number from 1 to 60000, got 1000000000'],
  ])('that is wrong is refused in words: %o', (raw, problem) => {
    expect(parseCommand(raw as Record<string, unknown>)).toEqual({ problem })
  })

  test.each(['add-queue', 'cancel-queue'])('%s wants a queue name', (name) => {
    expect(parseCommand({ name, queue: 'a:b' })).toEqual({
      problem: expect.stringMatching(/^queue: expected a queue name .*, got "a:b"$/),
    })
    expect(parseCommand({ name })).toHaveProperty('problem')
  })
})
