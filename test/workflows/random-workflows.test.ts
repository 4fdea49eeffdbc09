import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { defineTask } from '../../src/task/define-task.js'
import type { WorkflowResult } from '../../src/task/workflow-result.js'
import { arbitraryCanvas } from '../canvas/arbitrary-canvas.js'
import { interpret } from '../canvas/interpreter.js'
import { probe } from '../canvas/probe.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { type TestApp, testApp } from '../support/test-app.js'
import { healed, withoutChances } from './healed-canvas.js'
import { expectOutcome, expectRuns, problemOf, RunBook, untilOver } from './judge.js'

const broker = brokerOfFile()
const onRedis = noRedis === undefined

const book = new RunBook()
/** Workflows whose jobs do not fail any more. */
const mended = new Set<string>()
const TASK = 'random.probe'
const tasks = [
  defineTask({ name: TASK }, ({ request }, ...args: unknown[]) => {
    book.note(request, args)
    const { fails, ...others } = request.headers
    return probe(mended.has(request.workflow ?? '') ? others : request.headers, args)
  }),
]

/** So many workflows go on side by side. */
const AT_ONCE = 60

/** Starts random workflows, many at a time, until there were so many, and has each judged. */
async function hold(app: TestApp, cases: number, judge: Judge, change = (canvas: CanvasData) => canvas): Promise<void> {
  const canvases = fc.array(arbitraryCanvas({ task: TASK }).map(change), { minLength: AT_ONCE, maxLength: AT_ONCE })
  const property = fc.asyncProperty(canvases, async (batch) => {
    const started = await Promise.all(batch.map((canvas) => app.client.startWorkflow(canvas)))
    const look = (workflow: WorkflowResult, canvas: CanvasData) =>
      problemOf(workflow, () => judge(workflow, canvas)).then((what) => what && `${what}\n${JSON.stringify(canvas)}`)
    const problems = await Promise.all(started.map((workflow, at) => look(workflow, batch[at] as CanvasData)))
    expect(problems.filter((problem) => problem !== undefined).toSorted(byLength)[0]).toBeUndefined()
  })
  await fc.assert(property, { numRuns: Math.ceil(cases / AT_ONCE), endOnFailure: true })
}

type Judge = (workflow: WorkflowResult, canvas: CanvasData) => Promise<void>

/** Shrinking would run all of them again and again: the smallest that went wrong will do. */
const byLength = (one: string, other: string): number => one.length - other.length

describe('random nested workflows with random failures', () => {
  it('do on a broker what the interpreter says', { timeout: 300_000 }, async () => {
    const app = testApp(broker, { tasks })
    await app.worker({ options: { concurrency: 20 } })
    await hold(app, onRedis ? 1000 : 100, async (workflow, canvas) => {
      const expected = interpret(canvas)
      await untilOver(app, workflow.id)
      await expectOutcome(workflow, expected)
      expectRuns(book.of(workflow.id), expected.runs)
    })
  })

  it('come to what they would have when their failed jobs run again', { timeout: 300_000 }, async () => {
    const app = testApp(broker, { tasks })
    await app.worker({ options: { concurrency: 20 } })
    const judge: Judge = async (workflow, canvas) => {
      const first = interpret(canvas)
      const second = interpret(healed(canvas))
      await untilOver(app, workflow.id)
      mended.add(workflow.id)
      expect(await workflow.retry()).toBe(first.failed > 0)
      await untilOver(app, workflow.id)
      await expectOutcome(workflow, second)
      expectRuns(book.of(workflow.id), bothRuns(canvas, first.runs, second.runs))
    }
    await hold(app, onRedis ? 300 : 60, judge, withoutChances)
  })

  it('come to the same when jobs run again while others still go on', { timeout: 300_000 }, async () => {
    const app = testApp(broker, { tasks })
    await app.worker({ options: { concurrency: 20 } })
    const judge: Judge = async (workflow, canvas) => {
      const wanted = interpret(healed(canvas))
      // At once where something has failed, and as often as something fails meanwhile.
      const goOn = async () => {
        const { failed } = await workflow.counts()
        if (failed > 0) {
          mended.add(workflow.id)
          await workflow.retry()
        }
        expect(await workflow.state()).toBe('succeeded')
      }
      await vi.waitFor(goOn, { timeout: 30_000, interval: 20 })
      await untilOver(app, workflow.id)
      await expectOutcome(workflow, wanted)
      const [failing, first] = [failingIn(canvas), interpret(canvas)]
      for (const [label, runs] of book.of(workflow.id)) {
        const once = wanted.runs.get(label) ?? first.runs.get(label)
        if (!failing.has(label)) expect(runs.length, `runs of ${label}`).toBe(once?.length)
      }
    }
    await hold(app, onRedis ? 300 : 60, judge, withoutChances)
  })

  it('stop when they are revoked, whenever that is', { timeout: 300_000 }, async () => {
    const app = testApp(broker, { tasks })
    await app.worker({ options: { concurrency: 20 } })
    let revoked = 0
    const judge: Judge = async (workflow, canvas) => {
      const whole = interpret(canvas)
      await setTimeout(JSON.stringify(canvas).length % 100)
      const outcome = await workflow.revoke({ reason: 'enough' })
      if (outcome !== 'too-late') revoked++
      await untilOver(app, workflow.id)
      const states = outcome === 'too-late' ? ['succeeded', 'failed'] : ['revoked']
      expect(states).toContain(await workflow.state())
      for (const [label, runs] of book.of(workflow.id))
        expect(runs.length, `runs of ${label}`).toBe(whole.runs.get(label)?.length)
    }
    await hold(app, onRedis ? 300 : 60, judge)
    expect(revoked).toBeGreaterThan(0)
  })
})

type Runs = ReturnType<typeof interpret>['runs']

/** What runs in all: what failed runs again, and what had not begun; all else once. */
function bothRuns(canvas: CanvasData, first: Runs, second: Runs): Runs {
  const failing = new Set(
    [...JSON.stringify(canvas).matchAll(/"label":"(t\d+)","fails":true/g)].map(([, label]) => label),
  )
  const labels = new Set([...first.keys(), ...second.keys()])
  return new Map(
    [...labels].map((label) => {
      const [before, after] = [first.get(label) ?? [], second.get(label) ?? []]
      return [label, failing.has(label) ? [...before, ...after] : after.length > 0 ? after : before]
    }),
  )
}

const failingIn = (canvas: CanvasData): ReadonlySet<string> =>
  new Set([...JSON.stringify(canvas).matchAll(/"label":"(t\d+)","fails":true/g)].map(([, label]) => String(label)))
