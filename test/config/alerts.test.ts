import { describe, expect, test } from 'vitest'
import { describeConfig } from '../../src/config/describe-config.js'
import { findProblems } from '../../src/config/find-problems.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { formatProblem } from '../../src/errors/problems.js'

const resolve = (alerts?: object) => resolveConfig({ root: '/app', file: { path: '/app/c', value: { alerts } } })
const lines = (alerts: unknown) => findProblems({ alerts }).map(formatProblem)
const shown = (alerts: object) => {
  const entries = describeConfig(resolve(alerts)).filter(({ key }) => key.startsWith('alerts.'))
  return Object.fromEntries(entries.map(({ key, value }) => [key.slice('alerts.'.length), value]))
}

const CANARY = 's3cret-canary'
const HOOK = `https://hooks.example.com/services/${CANARY}`

describe('alerts in a configuration', () => {
  test('are told to nobody by default, and have rules all the same', () => {
    expect(resolve().alerts).toEqual({
      webhook: undefined,
      everyMs: 30_000,
      queueAgeMs: { '*': 300_000 },
      failureRate: { percent: 5, minJobs: 20, windowMs: 300_000 },
      repeatMs: 3_600_000,
    })
  })

  test('have a webhook as a text, or with headers', () => {
    expect(resolve({ webhook: HOOK }).alerts.webhook).toEqual({
      url: HOOK,
      headers: {},
      label: 'https://hooks.example.com/***',
    })
    const webhook = { url: 'http://10.0.0.1:9/', headers: { Authorization: 'Bearer x' } }
    expect(resolve({ webhook }).alerts.webhook).toEqual({ ...webhook, label: 'http://10.0.0.1:9' })
    expect(resolve({ webhook: undefined }).alerts.webhook).toBeUndefined()
  })

  test('keep the defaults of what a group does not say', () => {
    const { failureRate, queueAgeMs } = resolve({ failureRate: { percent: 50 }, queueAge: { emails: '1m' } }).alerts
    expect(failureRate).toEqual({ percent: 50, minJobs: 20, windowMs: 300_000 })
    expect(queueAgeMs).toEqual({ emails: 60_000 })
    expect(resolve({ queueAge: {} }).alerts.queueAgeMs).toEqual({})
  })

  test.each<[unknown, string]>([
    [{ webhook: 'ftp://x/' }, 'alerts.webhook: expected https://… or http://… without a user name, got a string'],
    [{ webhook: 7 }, 'alerts.webhook: expected https://… or an object with url and headers, got a number'],
    [
      { webhook: { url: `https://me:${CANARY}@host/` } },
      'alerts.webhook.url: expected https://… or http://… without a user name, got a string',
    ],
    [
      { webhook: { url: 'https://h/', headers: { Authorization: `${CANARY}\r\nHost: evil` } } },
      'alerts.webhook.headers.Authorization: expected a text of at most 8000 ASCII characters, got a string',
    ],
    [{ webhook: { urk: HOOK } }, 'alerts.webhook.url: expected https://… or http://… without a user name, got nothing'],
    [CANARY, 'alerts: expected an object, got a string'],
    [{ failureRate: { percent: 101 } }, 'alerts.failureRate.percent: expected a number from 0 to 100, got 101'],
    [
      { queueAge: { 'no such/name': '1m' } },
      'alerts.queueAge: expected a duration from 1s to 7d, or such durations by queue, as { emails: "1m", "*": "10m" }, got an object',
    ],
    [
      { repeat: '10s' },
      "alerts.repeat: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds; from 60s to 7d, got \"10s\"",
    ],
    [
      { evry: '10s' },
      'alerts.evry: expected one of webhook, every, queueAge, failureRate, repeat, got an unknown key (did you mean every?)',
    ],
  ])('are refused where they are wrong: %j', (alerts, expected) => {
    expect(lines(alerts)).toContain(expected)
    expect(lines(alerts).join()).not.toContain(CANARY)
  })

  test('refuse a header whose name would be another line', () => {
    expect(lines({ webhook: { url: 'https://h/', headers: { 'a\nb': 'x' } } })).toHaveLength(1)
  })

  test('are shown as they could be written, without secrets', () => {
    expect(shown({ webhook: HOOK })).toEqual({
      webhook: 'https://hooks.example.com/***',
      every: '30s',
      queueAge: '5m',
      failureRate: { percent: 5, minJobs: 20, window: '5m' },
      repeat: '60m',
    })
    const headers = { Authorization: `Bearer ${CANARY}` }
    const all = shown({ webhook: { url: HOOK, headers }, queueAge: { emails: '1m', '*': '10m' } })
    expect(all).toMatchObject({
      webhook: { url: 'https://hooks.example.com/***', headers: { Authorization: '***' } },
      queueAge: { emails: '60s', '*': '10m' },
    })
    expect(JSON.stringify(all)).not.toContain(CANARY)
  })
})
