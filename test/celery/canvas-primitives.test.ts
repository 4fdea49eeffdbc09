import { describe, expect, test } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { chunks, map, starmap } from '../../src/canvas/map.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { canvasTasks, pairs, partResults, range } from './canvas-tasks.js'
import { serve } from './serve.js'

// The examples of "The Primitives" in the chapter "Canvas" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/canvas.html#the-primitives).

const broker = brokerOfFile()

describe('Overview', () => {
  test('map and starmap are one job each', async () => {
    const { add, xsum } = canvasTasks()
    const { events } = await serve(broker, add, xsum)
    expect(await (await map(xsum, [[1], [2, 3]]).delay()).get()).toEqual([1, 5])
    expect(
      await (
        await starmap(add, [
          [2, 2],
          [4, 4],
        ]).delay()
      ).get(),
    ).toEqual([4, 8])
    expect(events.of('job.started')).toHaveLength(2)
  })

  test('chunks: 1,000 items by 10 are 100 jobs', async () => {
    const { add } = canvasTasks()
    const { events } = await serve(broker, add)
    const results = await (await chunks(add, pairs(1000), 10).delay()).get()
    expect(results.flat()).toEqual(range(1000).map((n) => n + n))
    expect(events.of('job.succeeded')).toHaveLength(100)
  })
})

describe('Simple chain', () => {
  test('2 + 2 + 4 + 8', async () => {
    const { add } = canvasTasks()
    await serve(broker, add)
    expect(await (await chain(add.s(2, 2), add.s(4), add.s(8)).delay()).get()).toBe(16)
  })

  test('the same by pipes', async () => {
    const { add } = canvasTasks()
    await serve(broker, add)
    expect(await (await add.s(2, 2).pipe(add.s(4)).pipe(add.s(8)).delay()).get()).toBe(16)
  })
})

test('Immutable signatures: a chain of independent tasks; result.parent is told by children', async () => {
  const { add } = canvasTasks()
  await serve(broker, add)
  const result = await add.si(2, 2).pipe(add.si(4, 4)).pipe(add.si(8, 8)).delay()
  expect(await result.get()).toBe(16)
  expect(await partResults(result)).toEqual([4, 8, 16])
})

test('Simple group: the results are in its order', async () => {
  const { add } = canvasTasks()
  await serve(broker, add)
  const result = await group(range(10).map((i) => add.s(i, i))).delay()
  expect(await result.get({ timeout: '10s' })).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
})

describe('Simple chord', () => {
  test('the body gets the list of the results', async () => {
    const { add, xsum } = canvasTasks()
    await serve(broker, add, xsum)
    const header = range(10).map((i) => add.s(i, i))
    expect(await (await chord(header, xsum.s()).delay()).get()).toBe(90)
  })

  test('an immutable body does not get it, and runs once, after all of the header', async () => {
    const order: string[] = []
    const importContact = defineTask({ name: 'importContact' }, (_, contact: string) => void order.push(contact))
    const notifyComplete = defineTask({ name: 'notifyComplete' }, (_, ...args: unknown[]) => {
      order.push('complete')
      return args
    })
    await serve(broker, importContact, notifyComplete)
    const contacts = ['art', 'bob', 'eve']
    const result = await chord(
      contacts.map((contact) => importContact.s(contact)),
      notifyComplete.si('import-7'),
    ).applyAsync()
    expect(await result.get()).toEqual(['import-7'])
    expect([order.slice(0, 3).sort(), order[3], order.length]).toEqual([contacts, 'complete', 4])
  })
})

describe('Blow your mind by combining', () => {
  test('a partial chain: (16 + 4) * 8', async () => {
    const { add, mul } = canvasTasks()
    await serve(broker, add, mul)
    expect(await (await add.s(4).pipe(mul.s(8)).delay(16)).get()).toBe(160)
  })

  test('chains in chains: ((4 + 16) * 2 + 4) * 8', async () => {
    const { add, mul } = canvasTasks()
    await serve(broker, add, mul)
    const last = add.s(4).pipe(mul.s(8))
    expect(await (await add.s(4, 16).pipe(mul.s(2)).pipe(last).delay()).get()).toBe(352)
  })

  test('a group and then a task is a chord', async () => {
    const { add, xsum } = canvasTasks()
    await serve(broker, add, xsum)
    const result = await group(range(10).map((i) => add.s(i, i)))
      .pipe(xsum.s())
      .delay()
    expect(await result.get()).toBe(90)
  })

  test('a partial chain whose result goes to all members of a group', async () => {
    const createUser = defineTask({ name: 'createUser' }, (_, { username }: { username: string; email: string }) => ({
      username,
    }))
    const importContacts = defineTask(
      { name: 'importContacts' },
      (_, user: { username: string }) => `of ${user.username}`,
    )
    const welcome = defineTask({ name: 'sendWelcomeEmail' }, (_, user: { username: string }) => `to ${user.username}`)
    await serve(broker, createUser, importContacts, welcome)
    const newUserWorkflow = createUser.s().pipe(group(importContacts.s(), welcome.s()))
    const result = await newUserWorkflow.delay({ username: 'artv', email: 'art@vandelay.com' })
    expect(await result.get()).toEqual(['of artv', 'to artv'])
  })

  test('a group of immutable members does not get it', async () => {
    const { add } = canvasTasks()
    await serve(broker, add)
    const result = await add
      .s(4, 4)
      .pipe(group(range(10).map((i) => add.si(i, i))))
      .delay()
    expect(await result.get()).toEqual(range(10).map((i) => i + i))
    expect((await partResults(result))[0]).toBe(8)
  })
})
