import { expect, test } from 'vitest'
import { jsonErrorLine } from '../../src/discovery/json-error-line.js'

test.each([
  ['{\n "a": 1,\n "b": x\n}', 3],
  ['{\n "a": 1\n "b": 2\n}', 3],
  ['{\n "a": 1,\n}', 3],
  ['{\n "a": "one\n two"\n}', 2],
  ['{\n "a": [1, 2}\n}', 2],
  ['{\n "a": 1\n', 3],
  ['no', 1],
])('%j', (text, line) => expect(jsonErrorLine(text)).toBe(line))
