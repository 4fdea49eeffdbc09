import { type Problem, show, unknownKeys } from '../errors/problems.js'
import { EVENT_NAMES } from '../events/listeners.js'

/** What is wrong with the functions that a configuration gives. They are not called. */
export function hookProblems({ middleware, on, telemetry }: Readonly<Record<string, unknown>>): Problem[] {
  return [...middlewareProblems(middleware), ...listenerProblems(on), ...telemetryProblems(telemetry)]
}

function middlewareProblems(list: unknown): Problem[] {
  if (list === undefined) return []
  if (!Array.isArray(list)) return [problem('middleware', 'a list such as [{ enqueue, run }]', list)]
  return list.flatMap((one: unknown, index) => {
    const key = `middleware[${index}]`
    if (!isObject(one)) return [problem(key, WANTED, one)]
    const parts = (['enqueue', 'run'] as const).filter((part) => one[part] !== undefined)
    const wrong = parts.filter((part) => typeof one[part] !== 'function')
    if (parts.length === 0) return [problem(key, WANTED, one)]
    return wrong.map((part) => problem(`${key}.${part}`, 'a function', one[part]))
  })
}

function listenerProblems(on: unknown): Problem[] {
  if (on === undefined) return []
  if (!isObject(on) || Array.isArray(on))
    return [problem('on', "an object such as { 'job.succeeded': (event) => { … } }", on)]
  const wrong = Object.entries(on).filter(([name, listen]) => EVENT_NAMES.includes(name) && !isListener(listen))
  return [
    ...unknownKeys(on, EVENT_NAMES, 'on.'),
    ...wrong.map(([name, listen]) => problem(`on.${name}`, 'a function', listen)),
  ]
}

const isListener = (value: unknown): boolean => value === undefined || typeof value === 'function'

function telemetryProblems(telemetry: unknown): Problem[] {
  if (telemetry === undefined) return []
  const { tracer, contextManager } = (isObject(telemetry) ? telemetry : {}) as Record<string, unknown>
  const isRight =
    isObject(tracer) &&
    typeof tracer.startSpan === 'function' &&
    isObject(contextManager) &&
    ['with', 'active', 'getMetadata', 'fromMetadata'].every((name) => typeof contextManager[name] === 'function')
  return isRight ? [] : [problem('telemetry', 'what bullmq-otel makes: new BullMQOtel({ tracerName })', telemetry)]
}

const WANTED = 'an object with enqueue, run, or both'

const problem = (key: string, expected: string, value: unknown): Problem => ({ key, expected, got: show(value) })

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
