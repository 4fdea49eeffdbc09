import { expect, test } from 'vitest'
import { readBounds, readMost, readRate, readTimeLimits } from '../../src/cli/control-args.js'

test.each<[string, string | undefined, object]>([
  ['20', '3', { max: 20, min: 3 }],
  ['20,3', undefined, { max: 20, min: 3 }],
  ['5,5', undefined, { max: 5, min: 5 }],
  ['off', undefined, {}],
])('the bounds %j %j are read as %j', (max, min, bounds) => {
  expect(readBounds(max, min)).toEqual(bounds)
})

test.each([
  ['3,10', undefined, 'MIN: expected at most MAX, which is 3, got "10"'],
  ['3,', undefined, 'MIN: expected a whole number from 1 to'],
  ['3,1,1', undefined, 'MAX: expected a whole number from 1 to'],
  ['3,1', '1', 'MAX: expected a whole number from 1 to'],
])('the bounds %j %j are refused', (max, min, said) => {
  expect(() => readBounds(max, min)).toThrow(said)
})

test.each(['reset', 'default'])('%s puts back what the code says', (word) => {
  expect([readRate(word), readMost(word), readTimeLimits(word, undefined)]).toEqual([null, null, null])
})
