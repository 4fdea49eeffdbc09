import { expect, test } from 'vitest'
import { formatByteSize, parseByteSize } from '../../src/config/byte-size.js'

test.each([
  ['200mb', 209_715_200],
  ['1.5GB', 1_610_612_736],
  ['16kb', 16_384],
  [16_384, 16_384],
  ['12', undefined],
  ['-1mb', undefined],
  [-1, undefined],
  [1.5, undefined],
  [null, undefined],
])('reads the size %j', (written, bytes) => {
  expect(parseByteSize(written)).toBe(bytes)
})

test.each([
  [209_715_200, '200mb'],
  [1_610_612_736, '1536mb'],
  [1000, '1000b'],
  [0, '0b'],
])('writes %d bytes in the largest unit that fits', (bytes, text) => {
  expect(formatByteSize(bytes)).toBe(text)
})
