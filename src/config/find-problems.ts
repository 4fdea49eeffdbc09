import type { z } from 'zod'
import { nearest } from '../errors/nearest.js'
import { type Problem, show, unknownKeys } from '../errors/problems.js'
import { checkSchedules } from '../schedule/check-entry.js'
import { nearestZone } from '../schedule/entry-times.js'
import { queueNameProblem } from '../task/names.js'
import { POOL_ALIASES } from '../task/options/time-options.js'
import { isZone } from '../time/zone.js'
import { brokerProblems } from './broker-problems.js'
import { codecProblems, KEYS_FORM } from './codec-schema.js'
import { DEFAULTS } from './defaults.js'
import { hookProblems } from './hook-problems.js'
import { routesProblems } from './route-problems.js'
import { CONFIG_SCHEMA, LOG_FORMATS, LOG_LEVELS } from './schema.js'
import { knownKeysAt } from './schema-keys.js'
import { showBrokerUrl, showSecret } from './show-secret.js'
import { taskOptionsProblems } from './task-overrides.js'

/** Everything that is wrong with a configuration, in the order of its keys. Shows no secret. */
export function findProblems(config: unknown): Problem[] {
  if (!isPlainObject(config)) {
    return [{ key: 'config', expected: 'an object such as defineConfig({ … })', got: kindOf(config) }]
  }
  const { schedule, telemetry: _, ...settings } = config
  const forbidden = forbiddenKeys(settings, '')
  if (forbidden.length > 0) return forbidden
  const issues = CONFIG_SCHEMA.safeParse(config).error?.issues ?? []
  return [
    ...issues.flatMap((issue) => problemsOf(issue, config)),
    ...queueNameProblems(config.queues),
    ...routesProblems(config.routes),
    ...taskOptionsProblems(config.taskOptions),
    ...brokerProblems(config.broker),
    ...codecProblems(config.codec),
    ...hookProblems(config),
    ...scheduleProblems(schedule, config.timezone),
  ]
}

const FORBIDDEN = ['__proto__', 'constructor', 'prototype']
const WORDS: Record<string, readonly string[]> = { 'log.level': LOG_LEVELS, 'log.format': LOG_FORMATS }
const SECRET =
  /^(broker\.(password|sentinelPassword|username|tls\..*)|alerts(\.webhook(\..*)?)?|codec(\.(encrypt|sign)(\.keys.*)?)?)$/
/** What may be written as one text, and is looked at as an object with a `url`. */
const SHORT_FORMS = [['broker'], ['alerts', 'webhook']]

type Issue = z.core.$ZodIssue

function problemsOf(issue: Issue, config: object): Problem[] {
  const value = valueAt(config, issue.path)
  const key = keyOf(issue.path, config)
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeysAt(issue.path) ?? []
    const extra = Object.fromEntries(issue.keys.map((name) => [name, true]))
    return unknownKeys(extra, known, key === '' ? '' : `${key}.`)
  }
  const expected = issue.code === 'custom' || issue.path.length === 0 ? issue.message : expectedAt(issue)
  const meant = meantAt(key, value)
  return [{ key, expected, got: showAt(key, value), ...(meant !== undefined && { nearest: meant }) }]
}

function expectedAt(issue: Issue): string {
  if (issue.path[0] === 'codec' && issue.path.length === 2 && (issue.path[1] === 'encrypt' || issue.path[1] === 'sign'))
    return KEYS_FORM
  if (issue.path.at(-1) === 'tls') return 'true, false or an object with ca, cert, key, servername'
  if (issue.path.length === 1 && issue.path[0] === 'broker') return 'redis://…, rediss://… or an object'
  if (issue.path.length === 2 && issue.path[1] === 'webhook') return 'https://… or an object with url and headers'
  return issue.message.startsWith('Invalid input') ? 'an object' : issue.message
}

function meantAt(key: string, value: unknown): string | undefined {
  if (key === 'timezone') return nearestZone(value)
  if (key === 'worker.pool') return POOL_ALIASES.get(String(value))
  return typeof value === 'string' ? nearest(value, WORDS[key] ?? []) : undefined
}

function showAt(key: string, value: unknown): string {
  if (SECRET.test(key)) return showSecret(value)
  if (key === 'broker' || key === 'broker.url') return showBrokerUrl(value)
  return kindOf(value)
}

const kindOf = (value: unknown): string => (value === undefined ? 'nothing' : show(value))

/** `broker: 'http://x'` is looked at as `broker.url`, and must be reported as it was written. */
function keyOf(path: readonly PropertyKey[], config: object): string {
  const short = SHORT_FORMS.find(
    (form) => form.every((part, index) => path[index] === part) && typeof valueAt(config, form) === 'string',
  )
  const written = short ?? path
  return written.reduce<string>(
    (key, part) => (typeof part === 'number' ? `${key}[${part}]` : `${key === '' ? '' : `${key}.`}${String(part)}`),
    '',
  )
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const part of path) {
    if (typeof value === 'string') return value
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

function queueNameProblems(queues: unknown): Problem[] {
  if (!isPlainObject(queues)) return []
  return Object.keys(queues).flatMap((name) => queueNameProblem(`queues.${name}`, name) ?? [])
}

function scheduleProblems(schedule: unknown, timezone: unknown): readonly Problem[] {
  const checked = checkSchedules(schedule, { timezone: isZone(timezone) ? timezone : DEFAULTS.timezone })
  return 'problems' in checked ? checked.problems : []
}

/** Keys that reach into prototypes are refused before anything is merged. */
function forbiddenKeys(value: unknown, path: string, depth = 0): Problem[] {
  if (typeof value !== 'object' || value === null || depth > 8) return []
  return Object.keys(value).flatMap((name) =>
    FORBIDDEN.includes(name)
      ? [{ key: path + name, expected: 'another name', got: 'a name that JavaScript keeps for itself' }]
      : forbiddenKeys((value as Record<string, unknown>)[name], `${path}${name}.`, depth + 1),
  )
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]'
}
