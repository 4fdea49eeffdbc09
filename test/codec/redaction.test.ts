import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/codec/redaction.js'
import { SECRET_FIELDS } from '../../src/errors/secret-fields.js'

const redact = createRedactor([])

test.each(SECRET_FIELDS)('masks %s', (name) => {
  expect(redact({ [name]: 'hunter2', user: 'ada' })).toEqual({ [name]: '***', user: 'ada' })
})

test.each(['Password', 'PASSWORD', 'pass-word', 'API_KEY', 'api-key', 'Set-Cookie', 'X'])(
  'case, - and _ make no difference: %s',
  (name) => {
    expect(createRedactor(['x'])({ [name]: 'hunter2' })).toEqual({ [name]: '***' })
  },
)

test('masks at any depth, in lists too, whatever the value is', () => {
  const value = [{ a: [{ token: { deep: ['hunter2'] } }], cvv: 123, secret: null }, 'plain']
  expect(redact(value)).toEqual([{ a: [{ token: '***' }], cvv: '***', secret: '***' }, 'plain'])
})

test('masks what the config names, beside the others', () => {
  const own = createRedactor(['taxId'])
  expect(own({ tax_id: '1', password: '2', name: 'ada' })).toEqual({ tax_id: '***', password: '***', name: 'ada' })
  expect(redact({ tax_id: '1' })).toEqual({ tax_id: '1' })
})

test('leaves names alone that only hold one', () => {
  const value = { passwordless: true, tokens: 3, monkey: 'a', 0: 'b' }
  expect(redact(value)).toEqual(value)
})

test('never changes what it was given', () => {
  const value = Object.freeze({ list: Object.freeze([Object.freeze({ password: 'a' })]) })
  expect(redact(value)).toEqual({ list: [{ password: '***' }] })
  expect(value.list[0]).toEqual({ password: 'a' })
})

test.each([[undefined], [null], [0], [''], ['password'], [true], [[]], [{}]])('%j stays what it is', (value) => {
  expect(redact(value)).toEqual(value)
})

test('a Date stays a Date', () => {
  const at = new Date(0)
  expect(redact({ at })).toEqual({ at })
})

describe('hostile data', () => {
  test('nested a hundred thousand levels deep does not overflow the stack', () => {
    const depth = 100_000
    const value = JSON.parse(`${'['.repeat(depth)}{"password":"a"}${']'.repeat(depth)}`)
    let inner = redact(value)
    for (let level = 0; level < depth; level++) inner = (inner as unknown[])[0]
    expect(inner).toEqual({ password: '***' })
  })

  test('with a key __proto__ keeps it as a key', () => {
    const value = JSON.parse('{"__proto__":{"password":"a","polluted":1},"constructor":{"token":"b"}}')
    const copy = redact(value) as Record<string, unknown>
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"password":"***","polluted":1},"constructor":{"token":"***"}}')
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })
})

describe('what writes itself', () => {
  class User {
    constructor(
      readonly name: string,
      readonly password: string,
    ) {}
    toJSON(): object {
      return { name: this.name, password: this.password, self: { token: 'hunter2' } }
    }
  }

  test('is masked as it is written', () => {
    expect(JSON.stringify(redact({ user: new User('ada', 'hunter2') }))).toBe(
      '{"user":{"name":"ada","password":"***","self":{"token":"***"}}}',
    )
  })

  test('does not write itself again', () => {
    const model = { password: 'hunter2', toJSON: () => model }
    expect(JSON.stringify(redact([model]))).toBe('[{"password":"***"}]')
  })

  test('as a text stays what it is', () => {
    const id = { hex: 'ab', toJSON: () => 'ab' }
    expect(redact({ id })).toEqual({ id })
  })

  test('is not followed for ever', () => {
    const endless = (): object => ({ toJSON: () => ({ next: endless() }) })
    expect(() => redact(endless())).toThrow(RangeError)
  })
})
