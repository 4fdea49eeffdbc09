import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { chain } from '../../src/canvas/chain.js'
import { group } from '../../src/canvas/group.js'
import { defineTask } from '../../src/task/define-task.js'
import type { RunContext } from '../../src/task/run-context.js'
import { arbitraryCanvas } from '../canvas/arbitrary-canvas.js'
import { interpret } from '../canvas/interpreter.js'
import { probe } from '../canvas/probe.js'
import { brokerOfFile, noRedis } from '../support/broker.js'
import { testApp } from '../support/test-app.js'
import { withTasks } from './healed-canvas.js'
import { expectOutcome, expectRuns, problemOf, RunBook, untilOver } from './judge.js'

const broker = brokerOfFile()

const book = new RunBook()

/** What a probe comes to, made by a workflow: as data, since it is that workflow's last job that fails. */
type Made = { readonly value: unknown } | { readonly fails: string }

const pass = defineTask({ name: 'dynamic.pass' }, (_, made: Made): Made => made)
const first = defineTask({ name: 'dynamic.first' }, (_, all: readonly Made[]): unknown => {
  const [made] = all
  if (made !== undefined && 'fails' in made) throw new Error(made.fails)
  return made?.value
})

function made({ request }: RunContext, args: readonly unknown[]): Made {
  book.note(request, args)
  try {
    return { value: probe(request.headers, args) }
  } catch (error) {
    return { fails: (error as Error).message }
  }
}
const workflowOf = (result: Made) => chain(group([pass.s(result), pass.s({ value: 0 })]), first.s())

const tasks = [
  defineTask({ name: 'dynamic.plain' }, (context, ...args: unknown[]) => {
    book.note(context.request, args)
    return probe(context.request.headers, args)
  }),
  defineTask({ name: 'dynamic.replaced' }, (context, ...args: unknown[]) =>
    context.replace(workflowOf(made(context, args))),
  ),
  defineTask({ name: 'dynamic.spawning' }, async (context, ...args: unknown[]) => {
    const result = made(context, args)
    const child = await context.spawn(workflowOf(result))
    return child.get({ timeout: '60s' }).catch(() => {
      throw new Error('fails' in result ? result.fails : 'its child failed')
    })
  }),
  pass,
  first,
]

const CASES = noRedis === undefined ? 150 : 20

describe('random workflows whose jobs make workflows', () => {
  it('come to the same with one slot', { timeout: 180_000 }, async () => {
    const app = testApp(broker, { tasks })
    await app.worker({ options: { concurrency: 1 } })
    const canvases = fc.sample(arbitraryCanvas().map(dynamic), CASES)
    const started = await Promise.all(canvases.map((canvas) => app.client.startWorkflow(canvas)))
    const problems = await Promise.all(
      started.map((workflow, at) => {
        const expected = interpret(canvases[at] as CanvasData)
        return problemOf(workflow, async () => {
          await untilOver(app, workflow.id, 120_000)
          await expectOutcome(workflow, expected)
          expectRuns(book.of(workflow.id), expected.runs)
        })
      }),
    )
    expect(problems.find((problem) => problem !== undefined)).toBeUndefined()
  })
})

/** The canvas with some of its tasks making workflows of their own. */
const dynamic = (canvas: CanvasData): CanvasData =>
  withTasks(canvas, (task) => {
    const number = Number(String(task.options.headers?.label).slice(1))
    const name = task.each === undefined ? tasks[number % 3]?.definition.name : undefined
    return { ...task, task: name ?? 'dynamic.plain' }
  })
