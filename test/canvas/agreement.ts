import { isDeepStrictEqual } from 'node:util'
import type { Interpretation } from './interpreter.js'
import { Blame, withBlame } from './probe.js'

/** What a workflow of probes came to: of a failure the label of the task. */
export interface Observed {
  readonly outcome: { readonly value: unknown } | { readonly failedBy: string }
  readonly runs: ReadonlyMap<string, readonly (readonly unknown[])[]>
  readonly done: number
  readonly failed: number
}

/** Says in what a workflow did not do what it should; nothing where it did. */
export function disagreements(expected: Interpretation, observed: Observed): string[] {
  const labels = [...new Set([...expected.runs.keys(), ...observed.runs.keys()])]
  return [
    ...outcomeProblems(expected, observed),
    ...labels.flatMap((label) => runProblems(label, expected.runs.get(label), observed.runs.get(label))),
    ...(expected.done === observed.done ? [] : [`${observed.done} jobs succeeded, not ${expected.done}`]),
    ...(expected.failed === observed.failed ? [] : [`${observed.failed} jobs failed, not ${expected.failed}`]),
  ]
}

function outcomeProblems({ outcome }: Interpretation, { outcome: came }: Observed): string[] {
  const isRight =
    'value' in outcome
      ? 'value' in came && agree(outcome.value, withBlame(came.value))
      : 'failedBy' in came && outcome.blame.labels.includes(came.failedBy)
  return isRight ? [] : [`it came to ${write(came)}, not to ${write(outcome)}`]
}

function runProblems(label: string, expected: Runs, observed: Runs): string[] {
  if (expected === undefined) return [`${label} ran with ${write(observed)}, and should not`]
  // Of a map of nothing, nobody sees that it ran.
  if (observed === undefined) return expected.length === 0 ? [] : [`${label} did not run`]
  return agree(expected, withBlame(observed)) ? [] : [`${label} ran with ${write(observed)}, not ${write(expected)}`]
}

type Runs = readonly (readonly unknown[])[] | undefined

/** Whether they are the same, but for who of several is to blame. */
function agree(expected: unknown, observed: unknown): boolean {
  if (expected instanceof Blame) {
    return observed instanceof Blame && observed.labels.every((label) => expected.labels.includes(label))
  }
  if (!Array.isArray(expected)) return sameRecord(expected, observed)
  if (!Array.isArray(observed) || observed.length !== expected.length) return false
  return expected.every((item, at) => agree(item, observed[at]))
}

function sameRecord(expected: unknown, observed: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return isDeepStrictEqual(expected, observed)
  if (typeof observed !== 'object' || observed === null) return false
  const keys = Object.keys(expected)
  return (
    isDeepStrictEqual(keys.sort(), Object.keys(observed).sort()) &&
    keys.every((key) => agree((expected as never)[key], (observed as never)[key]))
  )
}

const write = (value: unknown): string => JSON.stringify(value) ?? 'undefined'
