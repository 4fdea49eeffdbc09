import { describe, expect, test } from 'vitest'
import { toDeadFilter } from '../../src/cli/dead-flags.js'
import { type DeadDesk, runDeadDrop, runDeadRetry } from '../../src/cli/dead-work.js'
import { planRevoke } from '../../src/cli/plan-revoke.js'
import { presentRevoked } from '../../src/cli/presenters/revoke.js'
import { rejection } from '../support/refusal.js'
import { CliProject } from './cli-project.js'
import { runCommand } from './run-command.js'

const USAGE = expect.objectContaining({ code: 'TASKQ_USAGE' })
const NO_FLAGS = { terminate: false, grace: '5s', list: false }

describe('taskq revoke', () => {
  test('by id', () => {
    const plan = planRevoke(['a'], { ...NO_FLAGS, reason: 'why', terminate: true, grace: '300ms' })
    expect(plan).toMatchObject({ kind: 'some', ids: ['a'], request: { reason: 'why', terminateMs: 300 } })
  })

  test('by task and headers, whose values may hold =', () => {
    const plan = planRevoke([], { ...NO_FLAGS, task: 'a.*', header: ['t=acme', 'q=a=b'] })
    expect(plan).toMatchObject({ kind: 'many', filter: { task: 'a.*', headers: { t: 'acme', q: 'a=b' } } })
    expect(plan).not.toHaveProperty('request.terminateMs')
  })

  test.each<[readonly string[], object]>([
    [[], {}],
    [['a'], { task: 'x' }],
    [['a'], { list: true }],
    [[], { header: ['no-value'] }],
    [[], { header: ['=x'] }],
    [['a'], { grace: 'soon' }],
  ])('refuses %j with %o', (ids, flags) => {
    expect(() => planRevoke(ids, { ...NO_FLAGS, ...flags })).toThrow(USAGE)
  })
})

test.each([
  [['a', '--grace', '5s'], '--grace needs --terminate'],
  [['a', '--limit', '3'], '--limit needs --list'],
])('taskq revoke %j: a flag that would do nothing is refused', async (args, message) => {
  const run = await runCommand(new CliProject('redis://127.0.0.1:1'), 'revoke', args)
  expect(run.code).toBe(2)
  expect(run.stderr).toContain(message)
})

test('an id that nobody chose is not promised to end a job that comes', () => {
  const told = (id: string) => presentRevoked([{ id, outcome: 'unknown' }])
  expect(told('u_order-7')).toBe('u_order-7  no such job: one that comes within a week ends before it runs')
  expect(told('order-7')).toBe(
    'order-7  no such job (did you mean u_order-7? That is the id of the job with the taskId order-7)',
  )
  expect(told('mwqu2ncn7YaA1XCvgXja')).toBe('mwqu2ncn7YaA1XCvgXja  no such job')
  expect(told('nightly@20261121T030000Z')).toBe('nightly@20261121T030000Z  no such job')
})

describe('taskq dead', () => {
  const flags = { all: false, 'dry-run': false, yes: true }
  const desk: DeadDesk = {
    openApp: () => Promise.reject(new Error('nothing is to be opened')),
    requireAnswerer: async () => {},
    confirm: async () => {},
  }

  test('chooses by time: within a duration, or after a moment', () => {
    expect(toDeadFilter({ since: '2026-11-21T09:00Z' })).toEqual({ since: Date.UTC(2026, 10, 21, 9) })
    const { since = 0 } = toDeadFilter({ since: '1h' })
    expect(Math.abs(Date.now() - 3_600_000 - since)).toBeLessThan(10_000)
    expect(() => toDeadFilter({ since: 'yesterday' })).toThrow(USAGE)
    expect(() => toDeadFilter({ error: '' })).toThrow(USAGE)
  })

  test.each([{}, { id: ['a'], all: true }, { task: 'x', all: true }, { id: ['a'], error: 'x' }])(
    'begins nothing where it is not clear which are meant: %o',
    async (wrong) => {
      expect(await rejection(runDeadRetry({ ...flags, ...wrong }, desk))).toEqual(USAGE)
      expect(await rejection(runDeadDrop({ ...flags, ...wrong }, desk))).toEqual(USAGE)
    },
  )

  test('edits the arguments of one job only', async () => {
    expect(await rejection(runDeadRetry({ ...flags, id: ['a', 'b'], args: '[]' }, desk))).toEqual(USAGE)
    expect(await rejection(runDeadRetry({ ...flags, all: true, args: '[]' }, desk))).toEqual(USAGE)
    expect(await rejection(runDeadRetry({ ...flags, id: ['a'], args: '{' }, desk))).toEqual(USAGE)
  })

  test('edits no workflow', async () => {
    expect(await rejection(runDeadRetry({ ...flags, id: ['w_a'], args: '[]' }, desk))).toMatchObject({
      code: 'TASKQ_USAGE',
      message: expect.stringContaining('is a workflow'),
    })
  })

  test('refuses to begin where nobody can be asked', async () => {
    const asking = {
      ...desk,
      requireAnswerer: (yes: boolean) => (yes ? Promise.resolve() : Promise.reject(new Error('nobody'))),
    }
    expect(await rejection(runDeadRetry({ ...flags, yes: false, task: 'x' }, asking))).toMatchObject({
      message: 'nobody',
    })
    expect(await rejection(runDeadDrop({ ...flags, yes: false, id: ['a'] }, asking))).toMatchObject({
      message: 'nobody',
    })
  })
})
