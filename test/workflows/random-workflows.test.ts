import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { WorkflowFailedError } from '../../src/errors/workflow-failed-error.js'
import { defineTask } from '../../src/task/define-task.js'
import type { WorkflowResult } from '../../src/task/workflow-result.js'
import { arbitraryCanvas } from '../canvas/arbitrary-canvas.js'
import { type Interpretation, interpret } from '../canvas/interpreter.js'
import { Blame, probe, withBlame } from '../canvas/probe.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'

const broker = brokerOfFile()

/** What each job was called with, by its workflow and label, run by run. */
const runs = new Map<string, (readonly unknown[])[]>()
const probeTask = defineTask({ name: 'random.probe' }, ({ request }, ...args: unknown[]) => {
  const key = `${request.workflow} ${request.headers.label}`
  runs.set(key, [...(runs.get(key) ?? []), args])
  return probe(request.headers, args)
})

/** Cases that are looked at in all, at least. */
const CASES = noRedis === undefined ? 1000 : 100
const AT_ONCE = 60

describe('random nested workflows with random failures', () => {
  it('do on a broker what the interpreter says', { timeout: 300_000 }, async () => {
    const app = testApp(broker, { tasks: [probeTask] })
    await app.worker({ options: { concurrency: 20 } })
    let cases = 0
    const canvases = fc.array(arbitraryCanvas({ task: 'random.probe' }), { minLength: AT_ONCE, maxLength: AT_ONCE })
    const property = fc.asyncProperty(canvases, async (batch) => {
      cases += batch.length
      const started = await Promise.all(batch.map((canvas) => app.client.startWorkflow(canvas)))
      const problems = await Promise.all(started.map((workflow, at) => judge(app, workflow, batch[at] as CanvasData)))
      problems.forEach((problem, at) => {
        if (problem !== undefined) throw new Error(`${problem}\n${JSON.stringify(batch[at])}`)
      })
    })
    await fc.assert(property, { numRuns: Math.ceil(CASES / AT_ONCE), endOnFailure: true })
    expect(cases).toBeGreaterThanOrEqual(CASES)
  })
})

/** What is wrong with what a workflow came to; undefined where nothing is. */
async function judge(app: TestApp, workflow: WorkflowResult, canvas: CanvasData): Promise<string | undefined> {
  const expected = interpret(canvas)
  try {
    await vi.waitFor(
      async () => {
        const summary = await app.engine.workflows.summary(workflow.id)
        if (summary?.state === 'running' || summary?.open !== 0) throw new Error(`it hangs: ${JSON.stringify(summary)}`)
      },
      { timeout: 30_000, interval: 100 },
    )
    await expectOutcome(workflow, expected)
    const { done, failed, total } = expected
    expect(await workflow.counts(), 'its counts').toEqual({ done, failed, total })
    expectRuns(workflow.id, expected)
    return undefined
  } catch (error) {
    return `${(error as Error).message}\n${await workflow.tree()}`
  }
}

async function expectOutcome(workflow: WorkflowResult, { outcome }: Interpretation): Promise<void> {
  const end = await workflow.get({ timeout: 1000 }).then(
    (value) => ({ value: withBlame(value) }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome) {
    expect(sameForm(end), 'its result').toEqual(sameForm(outcome))
    return
  }
  if (!('error' in end)) throw new Error(`it succeeded, with ${JSON.stringify(end)}`)
  expect(end.error).toBeInstanceOf(WorkflowFailedError)
  const { rootCause } = end.error as WorkflowFailedError
  expect(outcome.blame.labels, 'who is to blame').toContain(rootCause?.message)
}

/** Every job that is to run has run, once, with what it was to get; no other one has. */
function expectRuns(workflow: string, expected: Interpretation): void {
  const own = [...runs].filter(([key]) => key.startsWith(`${workflow} `))
  const seen = Object.fromEntries(
    own.map(([key, calls]) => [key.slice(workflow.length + 1), sameForm(calls.map(withBlame))]),
  )
  const wanted = Object.fromEntries([...expected.runs].filter(([, calls]) => calls.length > 0))
  expect(Object.keys(seen).sort(), 'what ran').toEqual(Object.keys(wanted).sort())
  expect(seen, 'what it was called with').toEqual(sameForm(wanted))
}

/** One of several is to blame for what went wrong: that there is one is compared here. */
const sameForm = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner) => (inner instanceof Blame ? 'blame' : inner)))
