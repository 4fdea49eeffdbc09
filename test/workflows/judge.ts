import { expect, vi } from 'vitest'
import { WorkflowFailedError } from '../../src/errors/workflow-failed-error.js'
import type { JobRequest } from '../../src/task/run-context.js'
import type { WorkflowResult } from '../../src/task/workflow-result.js'
import type { Interpretation } from '../canvas/interpreter.js'
import { Blame, withBlame } from '../canvas/probe.js'
import type { TestApp } from '../support/test-app.js'

/** What the jobs of random workflows were called with, run by run. */
export class RunBook {
  readonly #runs = new Map<string, Map<string, (readonly unknown[])[]>>()

  note({ workflow = '', headers }: Pick<JobRequest, 'workflow' | 'headers'>, args: readonly unknown[]): void {
    const own = this.#runs.get(workflow) ?? new Map<string, (readonly unknown[])[]>()
    this.#runs.set(workflow, own)
    const label = String(headers.label)
    own.set(label, [...(own.get(label) ?? []), args])
  }

  of(workflow: string): ReadonlyMap<string, readonly (readonly unknown[])[]> {
    return this.#runs.get(workflow) ?? new Map()
  }
}

/** Returns when nothing of a workflow goes on. */
export async function untilOver({ engine }: TestApp, id: string, timeoutMs = 60_000): Promise<void> {
  const look = async () => {
    const summary = await engine.workflows.summary(id)
    if (summary?.state === 'running' || summary?.open !== 0) throw new Error(`it hangs: ${JSON.stringify(summary)}`)
  }
  await vi.waitFor(look, { timeout: timeoutMs, interval: 100 })
}

/** What is wrong with a workflow, with its drawing; undefined where nothing is. */
export async function problemOf(workflow: WorkflowResult, look: () => Promise<void>): Promise<string | undefined> {
  try {
    await look()
    return undefined
  } catch (error) {
    return `${(error as Error).message}\n${await workflow.tree()}`
  }
}

/** Holds what a workflow came to against what it should have. */
export async function expectOutcome(
  workflow: WorkflowResult,
  { outcome, done, failed, total }: Interpretation,
): Promise<void> {
  const end = await workflow.get({ timeout: 1000 }).then(
    (value) => ({ value: withBlame(value) }),
    (error: unknown) => ({ error }),
  )
  expect(await workflow.counts(), 'its counts').toEqual({ done, failed, total })
  if ('value' in outcome) {
    expect(sameForm(end), 'its result').toEqual(sameForm(outcome))
    return
  }
  if (!('error' in end)) throw new Error(`it succeeded, with ${JSON.stringify(end)}`)
  expect(end.error).toBeInstanceOf(WorkflowFailedError)
  expect(outcome.blame.labels, 'who is to blame').toContain((end.error as WorkflowFailedError).rootCause?.message)
}

/** Every job that is to run has run, with what it was to get, as often as it was to; no other one has. */
export function expectRuns(seen: Interpretation['runs'], wanted: Interpretation['runs']): void {
  const calls = (runs: Interpretation['runs']) =>
    Object.fromEntries([...runs].filter(([, list]) => list.length > 0).map(([label, list]) => [label, blamed(list)]))
  expect([...seen.keys()].sort(), 'what ran').toEqual(Object.keys(calls(wanted)).sort())
  expect(calls(seen), 'what it was called with').toEqual(calls(wanted))
}

const blamed = (list: readonly (readonly unknown[])[]): unknown => sameForm(list.map(withBlame))

/** One of several is to blame for what went wrong: that there is one is compared here. */
const sameForm = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner) => (inner instanceof Blame ? 'blame' : inner)))
