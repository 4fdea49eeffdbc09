import { createHash } from 'node:crypto'
import type { Headers } from '../../src/task/enqueue-options.js'

/**
 * What tasks of random workflows do, the same in the interpreter, the simulator and on brokers: their headers say who
 * they are (`label`), whether they fail (`fails`: with the label as the message) and that they come to a list of so many
 * (`list`), or to something long (`large`). What they come to is made of what they were given.
 */
export function probe(headers: Headers, args: readonly unknown[]): unknown {
  const { label, fails, list, large } = headers
  if (fails === true) throw new Error(String(label))
  const value = `${label}:${digest(args)}${large === true ? '-'.repeat(LARGE) : ''}`
  return typeof list === 'number' ? Array.from({ length: list }, (_, at) => `${value}.${at}`) : value
}

/** More than stays with its job. */
const LARGE = 9000

/** Who of several failed first is a matter of luck: that it failed is all that goes on. */
const digest = (args: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(args, withoutFailures)).digest('base64url').slice(0, 8)

function withoutFailures(_key: string, value: unknown): unknown {
  return blamedBy(value) === undefined ? value : 'failed'
}

/** One of several failed: in what the interpreter expects. */
export class Blame {
  constructor(readonly labels: readonly string[]) {}
}

/** Who failed, where a value tells of a failure: a member that was let fail, or the first argument of an error callback. */
export function blamedBy(value: unknown): readonly string[] | undefined {
  if (value instanceof Blame) return value.labels
  if (typeof value !== 'object' || value === null) return undefined
  const { status, error, workflow, message } = value as Record<string, unknown>
  if (status === 'failed') return [String((error as { message: unknown }).message)]
  return typeof workflow === 'string' && typeof message === 'string' ? [message] : undefined
}

/** A value in which `{ status: 'failed', error }` and failures are who is to blame. */
export function withBlame(value: unknown): unknown {
  const labels = blamedBy(value)
  if (labels !== undefined) return new Blame(labels)
  if (Array.isArray(value)) return value.map(withBlame)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withBlame(inner)]))
}
