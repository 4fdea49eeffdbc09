import { describe, expect, test } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { map, starmap } from '../../../src/canvas/map.js'
import { brokerOfFile } from '../../support/broker.js'
import { poolApp } from './pool-app.js'
import * as tasks from './project/tasks.js'

const broker = brokerOfFile()
const TIME = { timeout: '25s' } as const

describe.each(['process', 'thread'] as const)('a workflow in a pool of kind %s', (pool) => {
  const start = () => poolApp(broker, { pool }).start()

  test('frees the slot of a run that waits, which is the only one', async () => {
    await start()
    expect(await (await tasks.callsAnother.delay()).get(TIME)).toBe('here')
    expect(await (await tasks.spawnsTwo.delay()).get(TIME)).toEqual([3, 'here'])
  }, 30_000)

  test('gives a run the list of results before it', async () => {
    await start()
    const result = await chain(group([tasks.add.s(1, 2), tasks.add.s(3, 4)]), tasks.sums.s(), tasks.add.s(10)).delay()
    expect(await result.get(TIME)).toBe(20)
  }, 30_000)

  test('lets a run be replaced', async () => {
    await start()
    expect(await (await tasks.isReplaced.delay(41)).get(TIME)).toBe(42)
  }, 30_000)

  test('calls a task for each of a list', async () => {
    await start()
    const pairs: [number, number][] = [
      [1, 2],
      [3, 4],
    ]
    expect(await (await starmap(tasks.add, pairs).delay()).get(TIME)).toEqual([3, 7])
    expect(await (await map(tasks.sums, [[1, 2], [], [5]]).delay()).get(TIME)).toEqual([3, 0, 5])
  }, 30_000)
})
