import { expect, test } from 'vitest'
import { parseCall } from '../../src/cli/call-flags.js'
import { refusal } from '../support/refusal.js'

const flags = { task: 'add', args: '[1]', wait: false, timeout: '30s' }

test('flags of taskq call become options of the call', () => {
  const options = { queue: 'q', expires: '1h', priority: 9, retries: 0 }
  expect(parseCall({ ...flags, ...options, countdown: '500', 'task-id': 'a' })).toEqual({
    task: 'add',
    args: [1],
    options: { ...options, countdown: 500, taskId: 'a' },
    waitMs: undefined,
  })
  expect(parseCall({ ...flags, eta: '2027-01-01T09:00:00Z' }).options).toEqual({ eta: '2027-01-01T09:00:00Z' })
  expect(parseCall(flags).options).toEqual({})
})

test('all flags that are wrong are named at once', () => {
  const wrong = { countdown: 'soon', eta: 'noon', priority: 10, 'task-id': 'a b', expires: 'never' }
  const { code, message } = refusal(() => parseCall({ ...flags, ...wrong })) as { code: string; message: string }
  expect(code).toBe('TASKQ_USAGE')
  for (const flag of [
    '--eta: ',
    '--priority: expected a whole number from 0 to 9, got 10',
    '--task-id: ',
    '--expires: ',
  ])
    expect(message).toContain(flag)
})
