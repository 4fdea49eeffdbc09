import { describe, expect, test } from 'vitest'
import { signature } from '../../src/canvas/signature.js'
import { recordEnqueued } from '../support/recording-enqueuer.js'

describe('signature', () => {
  test('is frozen data, apart from the array it was made of', () => {
    const args = [1]
    const made = signature<number, []>('add', args, { queue: 'sums' })
    args.push(2)
    expect(made).toMatchObject({ task: 'add', args: [1], options: { queue: 'sums' }, immutable: false })
    for (const part of [made, made.args, made.options]) expect(Object.isFrozen(part)).toBe(true)
  })

  test('is no promise', async () => {
    const made = signature('add', [1])
    expect(await made).toBe(made)
  })

  test('adds options without changing the first', () => {
    const first = signature('add', [1], { queue: 'a', retries: 1 }, true)
    const second = first.set({ queue: 'b', countdown: '1s' })
    expect(first.options).toEqual({ queue: 'a', retries: 1 })
    expect(second.options).toEqual({ queue: 'b', retries: 1, countdown: '1s' })
    expect(second.immutable).toBe(true)
  })

  test('sends its own options, and those of applyAsync over them', async () => {
    const sent = recordEnqueued()
    const made = signature<number, []>('add', [1, 2], { queue: 'a' })
    await made.delay()
    await made.applyAsync({ queue: 'b' })
    expect(sent.map(({ options }) => options)).toEqual([{ queue: 'a' }, { queue: 'b' }])
  })
})
