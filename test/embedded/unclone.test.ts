import { RedisKeyspace, RedisMutationBus, type RedisMutationEvent } from 'js-redis-server/core'
import { expect, test } from 'vitest'
import { unclone } from '../../src/embedded/unclone.js'

test('leaves a library of another shape alone', () => {
  const get = () => 'stock'
  const keyspace = { get }
  const bus = { emit: () => undefined }
  expect(unclone(keyspace, bus, { globalListeners: new Set(), keyListeners: new Map() })).toBe(false)
  expect(keyspace.get).toBe(get)
  expect(unclone({ ...keyspace, getLiveEntry: () => null }, bus, { globalListeners: [] })).toBe(false)
})

test('fits the version that is bundled: nothing is copied, everybody is told', () => {
  const bus = new RedisMutationBus()
  expect(unclone(RedisKeyspace.prototype, RedisMutationBus.prototype, bus)).toBe(true)
  const keyspace = new RedisKeyspace(0, bus)
  const key = Buffer.from('key')
  const events: RedisMutationEvent[] = []
  bus.subscribe((event) => events.push(event))
  bus.subscribeKey(key, (event) => events.push(event))
  bus.subscribeKey(Buffer.from('other'), (event) => events.push(event))
  keyspace.set(key, { type: 'string', value: Buffer.from('text') })
  expect(keyspace.get(key)).toBe(keyspace.get(key))
  expect(keyspace.get(Buffer.from('other'))).toBeNull()
  expect(events.map((event) => event.type)).toEqual(['write', 'write'])
  expect(events[0]).toMatchObject({ value: keyspace.get(key) })
  keyspace.flush()
  expect(events.slice(2).map((event) => event.type)).toEqual(['flush', 'flush', 'flush'])
})
