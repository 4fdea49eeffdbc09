import { describe, expect, test } from 'vitest'
import { jobStateOf } from '../../src/engine/jobs/job-state.js'
import { keysOf } from '../../src/engine/keys.js'
import { laneOf, parseLane } from '../../src/engine/lanes/lane.js'

const NOWHERE = { succeeded: false, failed: false, delayed: false, locked: false, waitsForChildren: false }

describe('jobStateOf', () => {
  test.each([
    ['queued', {}, 0],
    ['scheduled', { delayed: true }, 0],
    ['active', { locked: true }, 0],
    ['active', { locked: true }, 3],
    ['blocked', { waitsForChildren: true }, 0],
    ['retrying', { delayed: true }, 1],
    ['retrying', {}, 1],
    ['succeeded', { succeeded: true }, 1],
    ['succeeded', { succeeded: true, locked: true }, 4],
    ['failed', { failed: true }, 1],
    ['dead', { failed: true }, 2],
  ])('%s: %j after %i runs', (state, standing, attemptsMade) => {
    expect(jobStateOf({ standing: { ...NOWHERE, ...standing }, attemptsMade, failure: undefined })).toBe(state)
  })

  test('a job that took its workers down is dead, whatever its attempts', () => {
    const failure = { name: 'TaskqError', message: 'x', code: 'TASKQ_JOB_CRASHED' }
    expect(jobStateOf({ standing: { ...NOWHERE, failed: true }, attemptsMade: 0, failure })).toBe('dead')
  })
})

describe('lanes', () => {
  test.each([
    ['emails', undefined, 'emails'],
    ['emails', 'SendNewsletter', 'emails~SendNewsletter'],
    ['emails', 'mail/send.$1', 'emails~mail/send.$1'],
  ])('%s of %s is %s, and is read back', (queue, task, lane) => {
    expect(laneOf(queue, task)).toBe(lane)
    expect(parseLane(lane)).toEqual({ queue, ...(task && { task }) })
  })
})

describe('keysOf', () => {
  test('begins every key with the prefix in braces: one slot of a Cluster', () => {
    const keys = keysOf('shop')
    const all = [
      keys.prefix,
      keys.lanes,
      keys.tasks,
      keys.workers,
      keys.worker('w'),
      keys.nudges('n'),
      keys.result('j'),
      keys.job('emails', 'j'),
      keys.lane('emails', 'wait'),
    ]
    for (const key of all) expect(key).toMatch(/^\{shop\}/)
    expect(new Set(all).size).toBe(all.length)
  })

  test("parts the engine's keys by a colon and taskq's own by a tilde, so that they never meet", () => {
    const keys = keysOf('shop')
    expect(keys.job('emails', 'lanes')).toBe('{shop}:emails:lanes')
    expect(keys.lane('emails', 'wait')).toBe('{shop}:emails:wait')
    for (const key of [keys.lanes, keys.tasks, keys.workers, keys.worker('a'), keys.result('a'), keys.nudges('a')])
      expect(key).toMatch(/^\{shop\}~/)
  })
})
