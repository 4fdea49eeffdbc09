import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { ageAt, SeatTable } from '../../../src/engine/locks/seat-table.js'

const job = (id: string) => ({ base: '{taskq}:default:', id, token: `host:1:abc:${id}`, taken: 3 })

test('what one side seats, the other sees: who, and when its lock was last renewed', () => {
  const table = new SeatTable()
  const other = new SeatTable(table.memory)
  const first = table.fill(job('a'), 1000)
  const second = table.fill(job('ü😀'), 1000)
  expect(other.overdue(1500, 500)).toEqual([
    { seat: first, ...job('a') },
    { seat: second, ...job('ü😀') },
  ])
  expect(other.overdue(1400, 500)).toEqual([])
  table.note(first as number, 1400)
  expect(other.overdue(1500, 500).map(({ id }) => id)).toEqual(['ü😀'])
  table.empty(second as number)
  expect(other.overdue(9000, 500).map(({ id }) => id)).toEqual(['a'])
})

test('a seat that was emptied is filled again, and a shorter name leaves nothing of a longer one', () => {
  const table = new SeatTable()
  const seat = table.fill(job('a-long-name-of-a-job'), 0)
  table.empty(seat as number)
  expect(table.fill(job('b'), 0)).toBe(seat)
  expect(table.overdue(100, 50)).toEqual([{ seat, ...job('b') }])
})

test('names that are longer than a seat are refused, and cost none', () => {
  const table = new SeatTable()
  expect(table.fill(job('x'.repeat(300)), 0)).toBeUndefined()
  expect(table.fill(job('x'.repeat(200)), 0)).toBe(0)
})

test('a table that is full says so', () => {
  const table = new SeatTable()
  for (let index = 0; index < 1024; index++) table.fill(job(`j${index}`), 0)
  expect(table.isFull).toBe(true)
  table.empty(7)
  expect(table.isFull).toBe(false)
  expect(table.fill(job('again'), 0)).toBe(7)
})

test('ages are right where the clock overflows', () => {
  const before = 2 ** 31 - 10
  expect(ageAt((before + 30) | 0, before | 0)).toBe(30)
})

test('another thread never sees half of a job, however often seats change hands', async () => {
  const table = new SeatTable()
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const reader = new Worker(READER, {
    eval: true,
    workerData: {
      memory: table.memory,
      stop,
      module: new URL('../../../dist/engine/locks/seat-table.js', import.meta.url).href,
    },
  })
  const seen = new Promise<{ looks: number; torn: string[] }>((resolve, reject) => {
    reader.once('message', resolve)
    reader.once('error', reject)
  })
  await new Promise((resolve) => reader.once('online', resolve))
  const until = performance.now() + 500
  for (let turn = 0; performance.now() < until; turn++) {
    const letter = String.fromCharCode(97 + (turn % 26))
    const id = letter.repeat(1 + (turn % 60))
    const seat = table.fill({ base: id, id, token: id }, 0)
    table.empty(seat as number)
  }
  Atomics.store(stop, 0, 1)
  const { looks, torn } = await seen
  expect(looks).toBeGreaterThan(100)
  expect(torn).toEqual([])
  await reader.terminate()
})

const READER = `
const { parentPort, workerData } = require('node:worker_threads')
import(workerData.module).then(({ SeatTable }) => {
  const table = new SeatTable(workerData.memory)
  const torn = []
  let looks = 0
  while (Atomics.load(workerData.stop, 0) === 0) {
    looks++
    for (const { base, id, token } of table.overdue(100, 0))
      if (base !== id || id !== token || new Set(id).size !== 1) torn.push([base, id, token].join(' '))
  }
  parentPort.postMessage({ looks, torn: torn.slice(0, 5) })
})
`
