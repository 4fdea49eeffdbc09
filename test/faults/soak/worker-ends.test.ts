import { describe, expect, it } from 'vitest'
import { judgeEnd, type WorkerEnd } from './worker-ends.ts'

const end = (over: Partial<WorkerEnd>): WorkerEnd => ({
  code: null,
  signal: null,
  hasRun: true,
  isElder: false,
  lines: [],
  ...over,
})
const UNREACHABLE = ['Error: the broker did not answer', '  TASKQ_BROKER_UNREACHABLE']

describe('the judgement of how workers end', () => {
  it('takes what it asked for', () => {
    expect(judgeEnd(end({ told: 'SIGKILL', signal: 'SIGKILL' }))).toBe('asked for')
    expect(judgeEnd(end({ told: 'SIGTERM', code: 0 }))).toBe('asked for')
    expect(judgeEnd(end({ told: 'SIGTERM', code: 0, isElder: true }))).toBe('asked for')
  })

  it('takes 143 of a worker that was not yet at work, and of no other', () => {
    expect(judgeEnd(end({ told: 'SIGTERM', code: 143, hasRun: false }))).toBe('asked for')
    expect(judgeEnd(end({ told: 'SIGTERM', signal: 'SIGTERM', hasRun: false }))).toBe('asked for')
    expect(judgeEnd(end({ told: 'SIGTERM', code: 143 }))).toBe('surprise')
    expect(judgeEnd(end({ told: 'SIGTERM', code: 143, hasRun: false, lines: ['WARN shutting down: 0 running'] }))).toBe(
      'surprise',
    )
    expect(judgeEnd(end({ code: 143, hasRun: false }))).toBe('surprise')
  })

  it('lets a new worker be turned away, but not one that worked, nor the one that is never killed', () => {
    expect(judgeEnd(end({ code: 1, hasRun: false, lines: UNREACHABLE }))).toBe('turned away')
    expect(judgeEnd(end({ code: 1, lines: UNREACHABLE }))).toBe('surprise')
    expect(judgeEnd(end({ code: 1, hasRun: false, isElder: true, lines: UNREACHABLE }))).toBe('surprise')
  })

  it('is surprised by a worker that ends by itself', () => {
    expect(judgeEnd(end({ code: 0 }))).toBe('surprise')
    expect(judgeEnd(end({ code: 1 }))).toBe('surprise')
    expect(judgeEnd(end({ signal: 'SIGKILL' }))).toBe('surprise')
    expect(judgeEnd(end({ told: 'SIGTERM', code: 1 }))).toBe('surprise')
  })

  it('sees a rejection that nobody handled, whatever the worker was told', () => {
    const lines = ['FATAL an error that nobody caught ends this worker; the jobs that ran are run again by others']
    expect(judgeEnd(end({ told: 'SIGKILL', signal: 'SIGKILL', lines }))).toBe('surprise')
    expect(judgeEnd(end({ told: 'SIGTERM', code: 143, hasRun: false, lines }))).toBe('surprise')
  })
})
