import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { defineTask } from '../../src/task/define-task.js'
import { arbitraryCanvas } from '../canvas/arbitrary-canvas.js'
import { interpret } from '../canvas/interpreter.js'
import { probe } from '../canvas/probe.js'
import { brokerOfFile } from '../support/broker.js'
import { proxyTo } from '../support/proxy.js'
import { testApp } from '../support/test-app.js'
import { expectOutcome, problemOf, RunBook, untilOver } from './judge.js'

const broker = brokerOfFile()

const book = new RunBook()
const TASK = 'cut.probe'
const tasks = [
  defineTask({ name: TASK }, ({ request }, ...args: unknown[]) => {
    book.note(request, args)
    return probe(request.headers, args)
  }),
]

/** How many workflows go on while connections are cut. */
const WORKFLOWS = 80

describe('workflows over connections that are cut', () => {
  it('all end as they are to, and run nothing that is not to run', { timeout: 180_000 }, async () => {
    const proxy = await proxyTo(broker)
    const app = testApp({ url: proxy.url }, { tasks })
    const canvases = fc.sample(arbitraryCanvas({ task: TASK }), WORKFLOWS)
    const started = await Promise.all(canvases.map((canvas) => app.client.startWorkflow(canvas)))
    await app.worker({ options: { concurrency: 5 } })
    for (let cut = 0; cut < 20; cut++) {
      await new Promise((resolve) => setTimeout(resolve, 30 + 20 * cut))
      if (cut % 3 === 0) proxy.loseReply((request) => /evalsha/i.test(request))
      else proxy.cut()
    }
    const problems = await Promise.all(
      started.map((workflow, at) => {
        const expected = interpret(canvases[at] as CanvasData)
        return problemOf(workflow, async () => {
          await untilOver(app, workflow.id, 90_000)
          await expectOutcome(workflow, expected)
          const wanted = [...expected.runs].filter(([, runs]) => runs.length > 0).map(([label]) => label)
          expect([...book.of(workflow.id).keys()].sort(), 'what ran').toEqual(wanted.sort())
        })
      }),
    )
    expect(problems.find((problem) => problem !== undefined)).toBeUndefined()
  })
})
