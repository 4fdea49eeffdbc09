import { describe, expect, it } from 'vitest'
import { applyOverlap, type EarlierJob } from '../../src/beat/apply-overlap.js'

const ended: EarlierJob = { hasEnded: async () => true, revoke: () => Promise.reject(new Error('it has ended')) }
const waiting: EarlierJob = { hasEnded: async () => false, revoke: async () => true }
const running: EarlierJob = { hasEnded: async () => false, revoke: async () => false }
const untouched: EarlierJob = {
  hasEnded: () => Promise.reject(new Error('nobody may ask')),
  revoke: () => Promise.reject(new Error('nobody may ask')),
}

describe('allow', () => {
  it('runs every slot, and asks for nothing', async () => {
    expect(await applyOverlap('allow', [1, 2], untouched)).toEqual({ run: [1, 2], held: undefined, skipped: 0 })
  })
})

describe.each(['skip', 'queue', 'cancel'] as const)('%s', (rule) => {
  it('asks for nothing when no slot is due', async () => {
    expect(await applyOverlap(rule, [], untouched)).toEqual({ run: [], held: undefined, skipped: 0 })
  })

  it('runs a slot when the job before has ended', async () => {
    expect(await applyOverlap(rule, [1], ended)).toEqual({ run: [1], held: undefined, skipped: 0 })
  })
})

describe('while the job before has not ended', () => {
  it('skip: no slot runs', async () => {
    expect(await applyOverlap('skip', [1, 2], running)).toEqual({ run: [], held: undefined, skipped: 2 })
  })

  it('queue: the latest slot is held', async () => {
    expect(await applyOverlap('queue', [1, 2, 3], running)).toEqual({ run: [], held: 3, skipped: 2 })
  })

  it('cancel: the latest slot runs when the job has ended with it, and is held when it runs on', async () => {
    expect(await applyOverlap('cancel', [1, 2], waiting)).toEqual({ run: [2], held: undefined, skipped: 1 })
    expect(await applyOverlap('cancel', [1, 2], running)).toEqual({ run: [], held: 2, skipped: 1 })
  })
})

describe('several slots at once', () => {
  it('skip: the first runs, and the others are over before it can have ended', async () => {
    expect(await applyOverlap('skip', [1, 2, 3], ended)).toEqual({ run: [1], held: undefined, skipped: 2 })
  })

  it('queue: the first runs, the latest is held', async () => {
    expect(await applyOverlap('queue', [1, 2, 3], ended)).toEqual({ run: [1], held: 3, skipped: 1 })
  })

  it('cancel: only the latest comes to anything', async () => {
    expect(await applyOverlap('cancel', [1, 2, 3], ended)).toEqual({ run: [3], held: undefined, skipped: 2 })
  })
})
