import type { ProcessFacts, RunningJob, WorkerFacts } from './worker-facts.js'

/**
 * Reads what a worker told of itself. Undefined where that is broken: one record must neither hide the other workers
 * nor break a screen. What is missing or broken of what need not be there is left out.
 */
export function parseWorkerFacts(text: string | null): WorkerFacts | undefined {
  const {
    slots,
    autoscale,
    process,
    beatAt,
    heardAt: _theBrokers,
    beats: _number,
    stopping,
    ...facts
  } = parseObject(text)
  if (!areRequired(facts)) return undefined
  return {
    ...facts,
    ...(isNumber(beatAt) && { beatAt }),
    ...(stopping === true && { stopping }),
    ...(Array.isArray(slots) && { slots: slots.filter(isRunningJob) }),
    ...(isAutoscale(autoscale) && { autoscale }),
    ...(isProcess(process) && { process }),
  }
}

type RequiredFacts = Omit<WorkerFacts, 'slots' | 'autoscale' | 'process' | 'beatAt' | 'heardAt' | 'stopping'>

const TEXTS = ['id', 'name', 'host', 'version'] as const
const NUMBERS = ['pid', 'concurrency', 'startedAt', 'active', 'succeeded', 'failed'] as const
const LISTS = ['queues', 'tasks'] as const

function areRequired(facts: Record<string, unknown>): facts is Record<string, unknown> & RequiredFacts {
  return (
    TEXTS.every((key) => typeof facts[key] === 'string') &&
    NUMBERS.every((key) => isNumber(facts[key])) &&
    LISTS.every((key) => isTexts(facts[key]))
  )
}

function isRunningJob(value: unknown): value is RunningJob {
  const { id, task, queue, attempt, startedAt } = toRecord(value)
  return isTexts([id, task, queue]) && isNumber(attempt) && isNumber(startedAt)
}

function isAutoscale(value: unknown): value is { min: number; max: number } {
  const { min, max } = toRecord(value)
  return isNumber(min) && isNumber(max)
}

function isProcess(value: unknown): value is ProcessFacts {
  const { rssBytes, cpu, loopLagMs, node } = toRecord(value)
  return [rssBytes, cpu, loopLagMs].every(isNumber) && typeof node === 'string'
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string')

const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

function parseObject(text: string | null): Record<string, unknown> {
  try {
    return toRecord(JSON.parse(text ?? 'null'))
  } catch {
    return {}
  }
}
