import type { FromChild } from './messages.js'

type Shape = Readonly<Record<string, unknown>>

/**
 * Whether this is what a child says. A task's code has the same channel, and may write on it what it likes: nothing is
 * taken from there that would break its worker. The values that a task returns, logs or tells may be anything.
 */
export function isFromChild(message: unknown): message is FromChild {
  if (!isShape(message) || typeof message.kind !== 'string' || !Object.hasOwn(CHECKS, message.kind)) return false
  return CHECKS[message.kind as FromChild['kind']](message)
}

const CHECKS: Readonly<Record<FromChild['kind'], (message: Shape) => boolean>> = {
  ready: ({ memory }) => isAbsentOr(isNumber, memory),
  unable: ({ reason }) => isText(reason),
  accident: ({ failure }) => isFailure(failure),
  log: ({ run, level, fields, message }) =>
    isNumber(run) && LEVELS.has(level) && isAbsentOr(isShape, fields) && isText(message),
  progress: ({ run, progress }) => isNumber(run) && isNumber(progress),
  waits: ({ run, wait, awaited }) => isNumber(run) && isNumber(wait) && isAbsentOr(isAwaited, awaited),
  'wants-slot': ({ run, wait }) => isNumber(run) && isNumber(wait),
  done: ({ run, report, memory }) => isNumber(run) && isReport(report) && isAbsentOr(isNumber, memory),
}

const LEVELS: ReadonlySet<unknown> = new Set(['debug', 'info', 'warn', 'error'])

function isReport(report: unknown): boolean {
  if (!isShape(report)) return false
  if (report.kind === 'returned') return isResult(report.result)
  return report.kind === 'threw' && isFailure(report.failure) && isVerdict(report.verdict)
}

const isResult = (result: unknown): boolean =>
  isShape(result) && (result.stored === null || isShape(result.stored)) && isAbsentOr(isText, result.large)

function isVerdict(verdict: unknown): boolean {
  if (!isShape(verdict)) return false
  const { kind, delayMs, workflow } = verdict
  if (kind === 'retry' || kind === 'snooze') return isNumber(delayMs)
  return kind === 'dead' || kind === 'ignore' || (kind === 'replaced' && isText(workflow))
}

/** More causes than any error is described with. */
const MOST_CAUSES = 20

function isFailure(failure: unknown, depth = 0): boolean {
  if (!isShape(failure) || depth > MOST_CAUSES) return false
  const { name, message, stack, code, cause } = failure
  const areTexts = isText(name) && isText(message) && isAbsentOr(isText, stack) && isAbsentOr(isText, code)
  return areTexts && isAbsentOr((inner) => isFailure(inner, depth + 1), cause)
}

const isAwaited = (awaited: unknown): boolean =>
  isShape(awaited) && isText(awaited.id) && isAbsentOr(isText, awaited.lane)

const isShape = (value: unknown): value is Shape => typeof value === 'object' && value !== null
const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value)
const isAbsentOr = (is: (value: unknown) => boolean, value: unknown): boolean => value === undefined || is(value)
