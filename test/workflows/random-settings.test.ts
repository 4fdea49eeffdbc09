import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CanvasData, TaskData } from '../../src/canvas/canvas-data.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
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
const run = ({ request }: RunContext, ...args: unknown[]): unknown => {
  book.note(request, args)
  return probe(request.headers, args)
}
/** Fails at first. */
const flaky = (context: RunContext, ...args: unknown[]): unknown => {
  if (context.request.attempt === 1) throw new Error('not yet')
  return run(context, ...args)
}
const slow = async (context: RunContext, ...args: unknown[]): Promise<unknown> => {
  await setTimeout(Number(context.request.headers.pause))
  return run(context, ...args)
}
const concurrencyKey = (): string => 'all'

/** What tasks may be besides plain. */
const tasks = [
  defineTask({ name: 'settings.plain' }, run),
  defineTask({ name: 'settings.elsewhere', queue: 'elsewhere', priority: 7 }, run),
  defineTask({ name: 'settings.ignored', ignoreResult: true }, run),
  defineTask({ name: 'settings.limited', maxConcurrency: 2 }, run),
  defineTask({ name: 'settings.keyed', maxConcurrency: 1, concurrencyKey }, run),
  defineTask({ name: 'settings.rated', rateLimit: '1000/s' }, run),
  defineTask({ name: 'settings.flaky', retries: 1, backoff: { delay: 1 } }, flaky),
  defineTask({ name: 'settings.slow' }, slow),
  defineTask({ name: 'settings.unique', unique: true }, run),
]

const key = { id: 'k1', key: 'ab'.repeat(32) }
const CONFIGS: Readonly<Record<string, TaskqConfig['codec']>> = {
  'plain JSON': {},
  'types, encrypted and signed': { types: true, encrypt: { keys: [key] }, sign: { keys: [key] } },
  compressed: { compress: { above: 100 } },
}

const CASES = noRedis === undefined ? 120 : 20

describe('random workflows of tasks with settings of all kinds', () => {
  it.for(Object.entries(CONFIGS))('hold with %s', { timeout: 120_000 }, async ([, codec]) => {
    const app = testApp(broker, { tasks, config: { ...(codec && { codec }) } })
    await app.worker({ options: { concurrency: 10 } })
    await app.worker({ options: { concurrency: 10 } })
    const canvases = fc.sample(arbitraryCanvas().map(withSettings), CASES)
    const started = await Promise.all(canvases.map((canvas) => app.client.startWorkflow(canvas)))
    const problems = await Promise.all(
      started.map((workflow, at) => {
        const canvas = canvases[at] as CanvasData
        const expected = interpret(canvas)
        return problemOf(workflow, async () => {
          await untilOver(app, workflow.id)
          await expectOutcome(workflow, expected)
          expectRuns(book.of(workflow.id), expected.runs)
        }).then((what) => what && `${what}\n${JSON.stringify(canvas)}`)
      }),
    )
    const wrong = problems.filter((problem) => problem !== undefined)
    expect(wrong.toSorted((one, other) => one.length - other.length)[0]).toBeUndefined()
  })
})

/** The canvas with a task for each of its jobs, by its label. */
const withSettings = (canvas: CanvasData): CanvasData =>
  withTasks(canvas, (task: TaskData): TaskData => {
    const { headers = {} } = task.options
    const number = Number(String(headers.label).slice(1)) * 7
    const name = tasks[number % tasks.length]?.definition.name ?? task.task
    const more = { pause: number % 13, ...(number % 5 === 0 && { large: true }) }
    return { ...task, task: name, options: { ...task.options, headers: { ...headers, ...more } } }
  })
