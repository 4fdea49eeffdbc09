import { type Problem, show } from '../errors/problems.js'

/** An error's class; its name, its class's, its `code` or that of one of its causes; or a function that judges it. */
export type ErrorRule = ErrorClass | string | ((error: unknown) => boolean)

type ErrorClass = abstract new (...args: never[]) => Error

/** Whether one of these rules matches what was thrown. A rule that itself throws does not match. */
export function matchesAny(rules: readonly ErrorRule[], thrown: unknown): boolean {
  return rules.some((rule) => {
    try {
      return matches(rule, thrown)
    } catch {
      return false
    }
  })
}

function matches(rule: ErrorRule, thrown: unknown): boolean {
  if (typeof rule === 'string') return namesOf(thrown).includes(rule) || codesOf(thrown).includes(rule)
  return isClass(rule) ? thrown instanceof rule : rule(thrown)
}

/** Reads rules that somebody wrote; what is wrong is added to `problems`. */
export function readErrorRules(value: unknown, key: string, problems: Problem[]): readonly ErrorRule[] | undefined {
  if (value === undefined) return undefined
  const rules = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  for (const [index, rule] of rules.entries()) {
    if (typeof rule === 'function' || (typeof rule === 'string' && rule !== '')) continue
    const path = Array.isArray(value) ? `${key}[${index}]` : key
    problems.push({
      key: path,
      expected: "an error's class, its name or code, or a function that judges it",
      got: show(rule),
    })
  }
  return Object.freeze([...rules]) as readonly ErrorRule[]
}

/** An error's own name, and those of its classes: many give their instances no name. */
function namesOf(thrown: unknown): unknown[] {
  if (typeof thrown !== 'object' || thrown === null) return []
  const names = [(thrown as { name?: unknown }).name]
  for (let kind = Object.getPrototypeOf(thrown); kind !== null && names.length < 20; kind = Object.getPrototypeOf(kind))
    names.push(kind.constructor?.name)
  return names
}

/** No error is led to by more, and a ring of causes must end. */
const MAX_CAUSES = 10

/** Its `code` and those of its causes: what the network says lies in the cause of `fetch failed`. */
function codesOf(thrown: unknown): string[] {
  const codes: string[] = []
  let error = thrown
  for (let depth = 0; typeof error === 'object' && error !== null && depth <= MAX_CAUSES; depth++) {
    const { code, cause } = error as { code?: unknown; cause?: unknown }
    if (typeof code === 'string' || typeof code === 'number') codes.push(String(code))
    error = cause
  }
  return codes
}

/** Error's own prototype is no instance of Error; a class of another kind cannot be called. */
const isClass = (rule: ErrorClass | ((error: unknown) => boolean)): rule is ErrorClass =>
  rule === Error || rule.prototype instanceof Error || /^class\b/.test(Function.prototype.toString.call(rule))
