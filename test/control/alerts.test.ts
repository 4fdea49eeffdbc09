import { describe, expect, test } from 'vitest'
import { type Alert, type AlertFacts, type AlertRules, evaluateAlerts, settleAlerts } from '../../src/control/alerts.js'
import { messageOf } from '../../src/control/alerts-message.js'
import { decodeAlerts, encodeAlerts } from '../../src/control/alerts-state.js'

const T0 = Date.UTC(2026, 10, 21, 16)
const RULES: AlertRules = {
  queueAgeMs: { '*': 300_000, quick: 10_000 },
  failureRate: { percent: 5, minJobs: 20, windowMs: 300_000 },
  everyMs: 30_000,
  repeatMs: 3_600_000,
}
const EMPTY: AlertFacts = { at: T0, queues: [], tasks: new Map() }

const late = (queue: string, ageMs: number, at = T0): AlertFacts => ({
  ...EMPTY,
  at,
  queues: [{ queue, oldestQueuedAt: at - ageMs }],
})
const failing = (succeeded: number, failed: number): AlertFacts => ({
  ...EMPTY,
  tasks: new Map([['send', { succeeded, failed }]]),
})
const firing = (facts: AlertFacts, rules = RULES) =>
  evaluateAlerts(facts, rules, []).fire.map(({ kind, subject, value, threshold }) => [kind, subject, value, threshold])

/** Judges looks one after the other, as a watch whose webhook takes everything. */
function play(
  looks: readonly AlertFacts[],
  rules = RULES,
): { fired: number[]; cleared: number[]; state: readonly Alert[] } {
  const fired: number[] = []
  const cleared: number[] = []
  let state: readonly Alert[] = []
  for (const facts of looks) {
    const verdict = evaluateAlerts(facts, rules, state)
    if (verdict.fire.length > 0) fired.push(facts.at - T0)
    if (verdict.clear.length > 0) cleared.push(facts.at - T0)
    state = settleAlerts(verdict, new Set([...verdict.fire, ...verdict.clear]), facts.at)
  }
  return { fired, cleared, state }
}

describe('what is told of', () => {
  test.each<[string, AlertFacts, unknown[]]>([
    ['nothing where there is nothing', EMPTY, []],
    ['no queue whose oldest job waits as long as it may', late('mails', 300_000), []],
    ['a queue whose oldest job waits longer', late('mails', 301_000), [['queue-age', 'mails', 301, 300]]],
    ['a queue by its own age', late('quick', 11_000), [['queue-age', 'quick', 11, 10]]],
    ['no queue where nothing waits', { ...EMPTY, queues: [{ queue: 'q', oldestQueuedAt: undefined }] }, []],
    ['no queue by the name of what every object has', late('constructor', 100_000), []],
    ['no task of which too few jobs ended', failing(0, 19), []],
    ['a task of which enough jobs ended', failing(18, 2), [['failure-rate', 'send', 10, 5]]],
    ['no task that fails as often as it may', failing(95, 5), []],
    ['a task that fails more often', failing(945, 55), [['failure-rate', 'send', 5.5, 5]]],
    ['no task where nothing ended', failing(0, 0), []],
  ])('%s', (_, facts, expected) => {
    expect(firing(facts)).toEqual(expected)
  })

  test('no queue that has no age, where others have', () => {
    expect(firing(late('mails', 1e9), { ...RULES, queueAgeMs: { quick: 1 } })).toEqual([])
  })

  test('no task, with 100 %', () => {
    expect(firing(failing(0, 1000), { ...RULES, failureRate: { ...RULES.failureRate, percent: 100 } })).toEqual([])
  })
})

describe('when it is told', () => {
  const look = (minute: number, isLate: boolean) => late('mails', isLate ? 400_000 : 0, T0 + minute * 60_000)
  const rules = { ...RULES, everyMs: 60_000, repeatMs: 30 * 60_000 }

  test('when it begins, and again after each repeat, not at each look', () => {
    const looks = Array.from({ length: 70 }, (_, minute) => look(minute, true))
    expect(play(looks, rules).fired).toEqual([0, 30, 60].map((minute) => minute * 60_000))
  })

  test('over when two looks found nothing wrong, and then it is forgotten', () => {
    const { fired, cleared, state } = play([look(0, true), look(1, false), look(2, false), look(3, false)], rules)
    expect([fired, cleared, state]).toEqual([[0], [2 * 60_000], []])
  })

  test('not anew where it was gone for one look only', () => {
    const { fired, cleared, state } = play([look(0, true), look(1, false), look(2, true), look(3, true)], rules)
    expect([fired, cleared]).toEqual([[0], []])
    expect(state).toMatchObject([{ since: T0, toldAt: T0 }])
    expect(state[0]).not.toHaveProperty('goneSince')
  })

  test('again where nobody could be told, at the next look', () => {
    const first = evaluateAlerts(look(0, true), rules, [])
    const state = settleAlerts(first, new Set(), T0)
    expect(evaluateAlerts(look(1, true), rules, state).fire).toMatchObject([{ since: T0 }])
  })

  test('over is told again where nobody could be told of it, and never where nobody heard that it began', () => {
    const told = play([look(0, true), look(1, false)], rules).state
    const over = evaluateAlerts(look(2, false), rules, told)
    const kept = settleAlerts(over, new Set(), T0)
    expect(evaluateAlerts(look(3, false), rules, kept).clear).toHaveLength(1)
    const untold = settleAlerts(evaluateAlerts(look(0, true), rules, []), new Set(), T0)
    expect(evaluateAlerts(look(1, false), rules, untold)).toEqual({ fire: [], clear: [], state: [] })
  })
})

describe('a task of which too few jobs ended to judge it', () => {
  const at = (minute: number, facts: AlertFacts) => ({ ...facts, at: T0 + minute * 60_000 })
  const rules = { ...RULES, everyMs: 60_000, repeatMs: 5 * 60_000 }
  const [bad, few, good] = [failing(0, 20), failing(0, 1), failing(20, 0)]

  test('keeps what was told of it, which is not repeated, until enough jobs say otherwise', () => {
    const unknown = Array.from({ length: 10 }, (_, index) => at(index + 1, few))
    expect(play([at(0, bad), ...unknown], rules)).toMatchObject({ fired: [0], cleared: [], state: [{ toldAt: T0 }] })
    const { fired, cleared, state } = play([at(0, bad), ...unknown, at(11, good), at(12, good)], rules)
    expect([fired, cleared, state]).toEqual([[0], [12 * 60_000], []])
  })

  test('is over where none ended at all', () => {
    const { fired, cleared } = play([at(0, bad), at(1, few), at(2, EMPTY), at(3, EMPTY)], rules)
    expect([fired, cleared]).toEqual([[0], [3 * 60_000]])
  })

  test('is told of where it was seen to fail, and nobody could be told then', () => {
    const state = settleAlerts(evaluateAlerts(at(0, bad), rules, []), new Set(), T0)
    expect(evaluateAlerts(at(1, few), rules, state).fire).toMatchObject([{ since: T0, value: 100 }])
  })
})

describe('what was told', () => {
  const ALERT: Alert = { kind: 'queue-age', subject: 'mails', since: T0, value: 1, threshold: 2, toldAt: T0 }

  test('is read as it was kept', () => {
    expect(decodeAlerts(encodeAlerts([ALERT]))).toEqual([ALERT])
  })

  test.each(['', 'no JSON', '{}', 'null', '[null, 7, {"kind":"other"}]', `[{"kind":"queue-age","subject":7}]`])(
    'is nothing where it cannot be read: %j',
    (text) => {
      expect(decodeAlerts(text)).toEqual([])
    },
  )

  test.each(['since', 'toldAt', 'goneSince'])('is nothing where its %s is no time', (key) => {
    expect(decodeAlerts(JSON.stringify([{ ...ALERT, [key]: 1e300 }, ALERT]))).toEqual([ALERT])
  })

  test('is not read without end', () => {
    const many = JSON.stringify(Array.from({ length: 5000 }, () => ALERT))
    expect(decodeAlerts(many)).toHaveLength(1000)
  })
})

describe('a message', () => {
  const age: Alert = { kind: 'queue-age', subject: 'mails', since: T0, value: 421, threshold: 300 }

  test('says all of a late queue, and when it is over', () => {
    expect(messageOf('shop', age, false)).toEqual({
      app: 'shop',
      alert: 'queue-age',
      status: 'firing',
      queue: 'mails',
      value: 421,
      threshold: 300,
      since: '2026-11-21T16:00:00.000Z',
      text: '[shop] queue mails: the oldest job has waited 7m (limit 5m)',
    })
    expect(messageOf('shop', { ...age, goneSince: T0 }, true)).toMatchObject({
      status: 'over',
      text: '[shop] over: queue mails: the oldest job had waited 7m (limit 5m)',
    })
  })

  test('says all of a task that fails', () => {
    const alert: Alert = { kind: 'failure-rate', subject: 'mails.Send', since: T0, value: 12.5, threshold: 5 }
    expect(messageOf('shop', alert, false)).toMatchObject({
      task: 'mails.Send',
      text: '[shop] task mails.Send: 12.5 % of its jobs fail (limit 5 %)',
    })
  })

  test('calls nobody by a hostile name', () => {
    const { text } = messageOf('shop', { ...age, subject: '<!channel> & \u202e\u001b[31m\n' }, false)
    expect(text).toContain('queue &lt;!channel&gt; &amp; \\u202e\\u001b[31m⏎:')
  })
})
