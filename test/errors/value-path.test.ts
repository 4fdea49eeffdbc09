import { expect, test } from 'vitest'
import { stepTo } from '../../src/errors/value-path.js'

test.each<[PropertyKey, string]>([
  ['user', '.user'],
  ['$_1', '.$_1'],
  ['a b', '["a b"]'],
  ['0', '["0"]'],
  ['', '[""]'],
  ['"]', String.raw`["\"]"]`],
  [0, '[0]'],
  [Symbol('s'), '[Symbol(s)]'],
])('the step to %j is %s', (key, step) => {
  expect(stepTo(key)).toBe(step)
})
