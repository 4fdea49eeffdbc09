import { describe, expect, test } from 'vitest'
import { createRouter } from '../../src/config/create-router.js'
import type { RouteFunction } from '../../src/config/route.js'
import { refusal } from '../support/refusal.js'

const call = (task: string, args: readonly unknown[] = []) => ({ task, args, options: {} })

describe('a route by name', () => {
  const router = createRouter({
    defaultQueue: 'rest',
    routes: [
      { pattern: 'reports.Daily', queue: 'exact' },
      { pattern: 'reports.*', queue: 'reports', priority: 3 },
      { pattern: '*Mail', queue: 'mail' },
      { pattern: 'a*b*c', queue: 'abc' },
      { pattern: /^(video|image)s\./g, queue: 'media' },
    ],
  })

  test.each([
    ['reports.Daily', 'exact'],
    ['reports.Weekly', 'reports'],
    ['reportsXWeekly', 'rest'],
    ['SendMail', 'mail'],
    ['SendMails', 'rest'],
    ['aXbYc', 'abc'],
    ['videos.Encode', 'media'],
    ['images.Resize', 'media'],
    ['constructor', 'rest'],
  ])('%s goes to %s, every time', (task, queue) => {
    expect([1, 2, 3].map(() => router.of(call(task)).queue)).toEqual([queue, queue, queue])
    expect(router.home(task).queue).toBe(queue)
  })

  test('may give a priority', () => {
    expect(router.of(call('reports.Weekly')).priority).toBe(3)
    expect(router.of(call('reports.Daily')).priority).toBeUndefined()
  })
})

describe('a route that is a function', () => {
  const choose: RouteFunction = ({ args: [tenant] }) =>
    tenant === 'big' ? { queue: 'big', priority: 9 } : tenant === 'small' ? 'small' : undefined
  const router = createRouter({
    defaultQueue: 'rest',
    routes: [{ pattern: 'first', queue: 'above' }, { choose }, { pattern: 'last', queue: 'below' }],
  })

  test.each([
    ['first', ['big'], { queue: 'above' }],
    ['x', ['big'], { queue: 'big', priority: 9 }],
    ['last', ['small'], { queue: 'small' }],
    ['last', [], { queue: 'below' }],
    ['x', [], { queue: 'rest' }],
  ])('is asked in its place: %s %j', (task, args, wanted) => {
    expect(router.of(call(task, args))).toMatchObject(wanted)
  })

  test('is passed over where there is no call', () => {
    expect(['first', 'x', 'last'].map((task) => router.home(task).queue)).toEqual(['above', 'rest', 'below'])
  })

  test.each([
    [() => 'a b', /^x: routes\[0\]: expected a queue name .*got "a b"$/],
    [() => ({ queue: 'a', priority: 10 }), /routes\[0\]\.priority: expected a whole number from 0 to 9, got 10/],
    [
      () => ({ queu: 'a' }),
      /routes\[0\]\.queu: .*did you mean queue\?.*routes\[0\]\.queue: expected a queue name, got nothing/,
    ],
    [async () => 'a', /routes\[0\]: expected a queue name, or \{ queue, priority \}, got a promise/],
    [() => 5, /routes\[0\]: expected .*got 5/],
    [
      () => {
        throw new Error('no tenant')
      },
      /routes\[0\]: the function threw: no tenant/,
    ],
  ])('is refused where it names no queue (%#)', (wrong, message) => {
    const { of } = createRouter({ defaultQueue: 'rest', routes: [{ choose: wrong as RouteFunction }] })
    const error = refusal(() => of(call('x')))
    expect(error).toMatchObject({ code: 'TASKQ_ROUTE_INVALID' })
    expect((error as Error).message).toMatch(message)
  })
})
