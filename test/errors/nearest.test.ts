import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { didYouMean, nearest } from '../../src/errors/nearest.js'

describe('nearest', () => {
  test.each([
    ['emials', ['emails', 'reports'], 'emails'],
    ['concurency', ['concurrency', 'queues'], 'concurrency'],
    ['REPORTS', ['emails', 'reports'], 'reports'],
    ['lst', ['list', 'last', 'dead'], 'list'],
  ])('%s means, of %j, %s', (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant)
  })

  test('names nothing where nothing is close', () => {
    expect(nearest('emails', ['payments'])).toBeUndefined()
    expect(nearest('emails', [])).toBeUndefined()
    expect(nearest('ab', ['xy'])).toBeUndefined()
  })

  test('compares no word that is longer than any name', () => {
    const long = 'a'.repeat(201)
    expect(nearest(long, [long])).toBeUndefined()
  })

  test('prefers the word itself to every other', () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'abcdef') })
    fc.assert(
      fc.property(word, fc.array(word), (wanted, others) => {
        expect(nearest(wanted, [...others, wanted])).toBe(wanted)
      }),
    )
  })

  test('forgives one slip in any word of three letters or more', () => {
    const word = fc.string({ minLength: 3, maxLength: 20, unit: fc.constantFrom(...'abcdefgh') })
    fc.assert(
      fc.property(word, fc.nat(), (wanted, place) => {
        const at = place % wanted.length
        const slipped = `${wanted.slice(0, at)}${wanted.slice(at + 1)}`
        expect(nearest(slipped, [wanted])).toBe(wanted)
      }),
    )
  })
})

describe('a question that ends a message', () => {
  test('asks for what is near, and for nothing else', () => {
    expect(didYouMean('emials', ['emails'])).toBe(' (did you mean emails?)')
    expect(didYouMean('emails', ['payments'])).toBe('')
    expect(didYouMean(undefined, ['emails'])).toBe('')
  })
})
