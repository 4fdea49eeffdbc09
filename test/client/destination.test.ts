import { describe, expect, test } from 'vitest'
import { checkCall } from '../../src/client/check-call.js'
import { createDestinations } from '../../src/client/destination.js'
import type { TaskDefinition } from '../../src/task/definition.js'
import { refusal } from '../support/refusal.js'

const destinationOf = createDestinations({
  defaultQueue: 'default',
  routes: [
    { pattern: 'reports.*', queue: 'reports' },
    { pattern: 'reports.Daily', queue: 'never reached' },
  ],
})

const call = (task: string) => ({ task, args: [], options: {} })
const definition = (over: Partial<TaskDefinition> = {}) =>
  ({ queue: undefined, rateLimit: undefined, ignoreResult: false, ...over }) as TaskDefinition
const facts = { queue: 'stored', limited: false, ignoreResult: false }
const unknown = { definition: undefined, facts: undefined }

describe('a job goes', () => {
  test.each([
    ['where the call says', 'reports.Daily', { definition: definition({ queue: 'own' }), facts }, 'named', 'named'],
    [
      "where the task's option says",
      'reports.Daily',
      { definition: definition({ queue: 'own' }), facts },
      undefined,
      'own',
    ],
    ['where the first route says', 'reports.Daily', { definition: definition(), facts }, undefined, 'reports'],
    ['where a route says, without the code', 'reports.Daily', { definition: undefined, facts }, undefined, 'reports'],
    ['where its workers said', 'Send', { definition: undefined, facts }, undefined, 'stored'],
    ['to the default queue', 'Send', unknown, undefined, 'default'],
    [
      'to the default queue, with the code',
      'Send',
      { definition: definition(), facts: undefined },
      undefined,
      'default',
    ],
  ])('%s', (_, task, known, named, queue) => {
    expect(destinationOf(call(task), known, named)).toEqual({
      queue,
      lane: queue,
      ignoreResult: false,
      priority: undefined,
    })
  })

  test('to a lane of its own where its task has a rate limit, by code or by stored facts', () => {
    const rateLimit = { max: 1, durationMs: 100 }
    const byCode = { definition: definition({ rateLimit }), facts: undefined }
    expect(destinationOf(call('Send'), byCode, undefined)).toMatchObject({ lane: 'default~Send' })
    expect(destinationOf(call('Send'), byCode, 'default')).toMatchObject({ lane: 'default~Send' })
    const byFacts = destinationOf(
      call('Send'),
      { definition: undefined, facts: { ...facts, limited: true } },
      undefined,
    )
    expect(byFacts).toMatchObject({ queue: 'stored', lane: 'stored~Send' })
    for (const known of [byCode, { definition: undefined, facts: { ...facts, limited: true } }]) {
      expect(() => destinationOf(call('Send'), known, 'emails')).toThrow(
        /the queue in which its limits hold, got "emails"/,
      )
    }
    const codeWins = { definition: definition(), facts: { ...facts, limited: true } }
    expect(destinationOf(call('Send'), codeWins, 'emails').lane).toBe('emails')
  })

  test('nowhere that a function sends a limited task: there its limits would hold once more', () => {
    const destinations = createDestinations({
      defaultQueue: 'default',
      routes: [{ choose: ({ args }) => args[0] as string | undefined }, { pattern: 'reports.*', queue: 'reports' }],
    })
    const limited = { definition: definition({ maxConcurrency: 1 }), facts: undefined }
    const told = { definition: undefined, facts: { ...facts, queue: 'stored', limited: true } }
    const sent = (task: string, queue?: string) => ({ task, args: [queue], options: {} })
    expect(destinations(sent('reports.Daily'), limited, undefined).lane).toBe('reports~reports.Daily')
    expect(destinations(sent('reports.Daily', 'reports'), limited, undefined).lane).toBe('reports~reports.Daily')
    expect(destinations(sent('Send', 'stored'), told, undefined).lane).toBe('stored~Send')
    for (const [task, known, home] of [
      ['reports.Daily', limited, 'reports'],
      ['Send', limited, 'default'],
      ['Send', told, 'stored'],
    ] as const) {
      expect(refusal(() => destinations(sent(task, 'other'), known, undefined))).toMatchObject({
        code: 'TASKQ_ENQUEUE_OPTION_INVALID',
        message: `${task}: queue: expected "${home}", the queue in which its limits hold, got "other"`,
      })
    }
    const own = { definition: definition({ maxConcurrency: 1, queue: 'own' }), facts: undefined }
    expect(destinations(sent('Send', 'other'), own, undefined).lane).toBe('own~Send')
  })

  test('with the word on its result from code or facts', () => {
    expect(destinationOf(call('S'), { definition: definition({ ignoreResult: true }), facts }, 'q').ignoreResult).toBe(
      true,
    )
    const stored = { definition: undefined, facts: { ...facts, ignoreResult: true } }
    expect(destinationOf(call('S'), stored, 'q').ignoreResult).toBe(true)
  })
})

describe('checkCall', () => {
  test.each([
    [{}, 0],
    [{ countdown: '5m' }, 300_000],
    [{ countdown: 1500.4 }, 1500],
    [{ countdown: 0, queue: 'emails', retries: 0 }, 0],
    [{ countdown: '4000d' }, 345_600_000_000],
  ] as const)('takes %j', (options, delayMs) => {
    const nowMs = Date.now()
    expect((checkCall('send', [], options, nowMs).dueAt ?? nowMs) - nowMs).toBe(delayMs)
  })

  test('refuses everything that is wrong at once, with the nearest known key', () => {
    const options = { countdown: '5 minutes', queue: 'a:b', retries: -1, priorrity: 1, countdwon: 2 }
    const error = refusal(() => checkCall('send', 'no array', options as never, 0))
    expect(error).toMatchObject({ code: 'TASKQ_ENQUEUE_OPTION_INVALID' })
    const { message } = error as Error
    for (const part of [
      'send: ',
      'args: expected an array',
      'countdown: expected',
      'queue: ',
      'retries: ',
      'priorrity: ',
    ])
      expect(message).toContain(part)
    expect(message).toContain('did you mean countdown?')
    expect((error as { data: { problems: unknown[] } }).data.problems).toHaveLength(6)
  })

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['13 years'], ['4500d'], [{}], [[]], ['1e9d']])(
    'refuses the countdown %j',
    (countdown) => {
      expect(refusal(() => checkCall('send', [], { countdown } as never, 0))).toMatchObject({
        code: 'TASKQ_ENQUEUE_OPTION_INVALID',
      })
    },
  )
})
