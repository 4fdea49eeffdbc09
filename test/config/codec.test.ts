import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { describeConfig } from '../../src/config/describe-config.js'
import { findProblems } from '../../src/config/find-problems.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'

const bytes = Buffer.alloc(32, 7)
const resolve = (codec: TaskqConfig['codec']) =>
  resolveConfig({ root: '/app', tty: false, file: { path: '/app/taskq.config.ts', value: { codec } } })

test.each([
  ['base64', bytes.toString('base64')],
  ['base64 with a line end, as a file has it', `${bytes.toString('base64')}\n`],
  ['base64url without padding', bytes.toString('base64url')],
  ['hex', bytes.toString('hex')],
  ['bytes', new Uint8Array(bytes)],
])('a key may be written as %s', (_, key) => {
  const [first] = resolve({ encrypt: { keys: [{ id: 'a', key }] } }).codec.encryptKeys
  expect(first?.key.export()).toEqual(bytes)
})

test('compress is true, false or a size', () => {
  expect(resolve({ compress: true }).codec.compressAbove).toBe(1024)
  expect(resolve({ compress: false }).codec.compressAbove).toBeUndefined()
  expect(resolve({ compress: { above: 0 } }).codec.compressAbove).toBe(0)
})

describe('what is refused', () => {
  const good = { id: 'a', key: bytes.toString('hex') }
  test.each([
    [{ types: 'yes' }, 'codec.types: expected true or false, got "yes"'],
    [{ compress: 5 }, 'codec.compress: expected true, false, or an object such as { above: 4096 }, got 5'],
    [{ compress: { over: 5 } }, 'codec.compress.over: expected one of above, got an unknown key'],
    [{ compress: {} }, 'codec.compress.above: expected a number of bytes, got nothing'],
    [{ compress: { above: -1 } }, 'codec.compress.above: expected a whole number from 0 to 536870912, got -1'],
    [{ encrypt: true }, 'codec.encrypt: expected an object such as { keys: [{ id: "2026-11", key: '],
    [{ encrypt: { keys: [] } }, 'codec.encrypt.keys: expected a list such as'],
    [{ encrypt: { keys: [{ ...good, id: 'a.b' }] } }, 'codec.encrypt.keys[0].id: expected a name'],
    [{ encrypt: { keys: [{ ...good, key: undefined }] } }, 'codec.encrypt.keys[0].key: expected 32 bytes'],
    [{ encrypt: { keys: [good, good] } }, 'codec.encrypt.keys[1].id: expected another name'],
    [{ sign: { keys: [good], requird: true } }, 'codec.sign.requird'],
    [{ crypt: 1 }, 'codec.crypt'],
  ])('%j', (codec, message) => {
    const lines = findProblems({ codec }).map(({ key, expected, got }) => `${key}: expected ${expected}, got ${got}`)
    expect(lines).toEqual([expect.stringContaining(message)])
  })

  const SECRET = 'hunter2-canary-that-is-no-key'
  test.each([
    { encrypt: { keys: [{ id: 'a', key: SECRET }] } },
    { encrypt: { keys: [{ id: SECRET.repeat(3), key: bytes }] } },
    { encrypt: { keys: SECRET } },
    { encrypt: SECRET },
    { sign: { keys: [SECRET] } },
    SECRET,
  ])('without showing what may be a key: %j', (codec) => {
    const problems = findProblems({ codec })
    expect(problems.length).toBeGreaterThan(0)
    expect(JSON.stringify(problems)).not.toContain(SECRET)
  })
})

test('its keys are shown by nobody: not by taskq config, not by inspect conf, not on a console', () => {
  const key = bytes.toString('base64')
  const config = resolve({ encrypt: { keys: [{ id: 'a', key }] }, sign: { keys: [{ id: 'b', key }] } })
  const shown = describeConfig(config).filter((entry) => entry.key.startsWith('codec.'))
  expect(shown.map(({ key: name, value }) => [name, value])).toEqual([
    ['codec.types', false],
    ['codec.compress', false],
    ['codec.encrypt', { keys: [{ id: 'a', key: '***' }] }],
    ['codec.sign', { keys: [{ id: 'b', key: '***' }], required: true }],
  ])
  const texts = [JSON.stringify(config), JSON.stringify(shown), inspect(config, { depth: 9, showHidden: true })]
  for (const text of texts) {
    expect(text).not.toContain(key)
    expect(text).not.toContain(bytes.toString('hex'))
    expect(text).not.toMatch(/<Buffer|07 07 07|7, 7, 7/)
  }
})
