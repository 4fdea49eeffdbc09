import { expect, it } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { chord } from '../../../src/canvas/chord.js'
import { TaskqError } from '../../../src/errors/taskq-error.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { rejection } from '../../support/refusal.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const add = () => defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)

/** Lets what is ready be anybody's, and the workflow be looked at. */
async function forgetLeases(app: TestApp, id: string): Promise<void> {
  const ready = app.keys.workflow(id, 'ready')
  for (const member of await app.redis.zrange(ready, '0', '-1')) await app.redis.zadd(ready, 0, member)
  await app.redis.zadd(app.keys.workflows, 0, id)
}

/** A client whose broker refuses to add jobs. */
function refusingClient(app: TestApp, error: TaskqError) {
  const engine = app.newEngine()
  engine.producer.add = () => Promise.reject(error)
  return app.newClient(engine)
}

it('leaves what the broker cannot take now to a sweep', async () => {
  const task = add()
  const app = testApp(broker, { tasks: [task] })
  const full = new TaskqError('TASKQ_ENQUEUE_REFUSED', 'add: the broker refused the job: OOM command not allowed')
  const result = await refusingClient(app, full).startWorkflow(chain(task.s(1, 2), task.s(3)))
  expect(await result.state()).toBe('active')
  expect(app.warnings).toEqual([expect.stringContaining('is not added yet')])
  await app.worker()
  await forgetLeases(app, result.id)
  await (await app.client.workflowDriver()).sweep()
  expect(await app.client.workflow(result.id).get()).toBe(6)
})

it('leaves very many to one sweep, too', async () => {
  const task = add()
  const app = testApp(broker, { tasks: [task] })
  const full = new TaskqError('TASKQ_ENQUEUE_REFUSED', 'add: the broker refused the job: OOM command not allowed')
  const refusing = refusingClient(app, full)
  const flows = Array.from({ length: 50 }, (_, n) => chain(task.s(n, 2), task.s(3)))
  const results = await Promise.all(flows.map((flow) => refusing.startWorkflow(flow)))
  for (const { id } of results) await forgetLeases(app, id)
  await (await app.client.workflowDriver()).sweep()
  expect(await app.engine.workflows.due(1)).toEqual([])
  await app.worker()
  expect(await Promise.all(results.map((result) => result.get()))).toEqual(flows.map((_, n) => n + 5))
})

it('fails where the broker will never take it', async () => {
  const task = add()
  const app = testApp(broker, { tasks: [task] })
  const wrong = new TaskqError('TASKQ_ENQUEUE_REFUSED', 'add: the broker refused the job: WRONGTYPE Operation against')
  const result = await refusingClient(app, wrong).startWorkflow(chain(task.s(1, 2), task.s(3)))
  expect(await rejection(result.get())).toMatchObject({ rootCause: { node: 0, code: 'TASKQ_ENQUEUE_REFUSED' } })
})

it('makes no workflow where the broker is away', async () => {
  const task = add()
  const app = testApp(broker, { tasks: [task] })
  const away = { ...app.broker, nodes: [{ host: '127.0.0.1', port: 1 }] }
  const client = app.newClient(app.newEngine({ broker: away, timeoutMs: 300 }))
  expect(await rejection(client.startWorkflow(chain(task.s(1, 2), task.s(3))))).toMatchObject({
    code: 'TASKQ_ENQUEUE_NOT_SENT',
  })
})

it('takes what two processes add at once as one', async () => {
  const task = add()
  const sum = defineTask({ name: 'sum' }, (_, numbers: number[]) => numbers.reduce((all, one) => all + one, 0))
  const runs: number[] = []
  const count = defineTask({ name: 'count' }, (_, n: number) => {
    runs.push(n)
    return n
  })
  const app = testApp(broker, { tasks: [task, sum, count] })
  const flow = chord(
    Array.from({ length: 300 }, (_, n) => count.s(n)),
    sum.s(),
  )
  const clients = [app.client, app.newClient(), app.newClient()]
  const handles = await Promise.all(clients.map((client) => client.startWorkflow(flow, { taskId: 'same' })))
  expect(handles.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1)
  await forgetLeases(app, 'w_u_same')
  await Promise.all(clients.map(async (client) => (await client.workflowDriver()).sweep()))
  await app.worker()
  expect(await handles[0]?.get()).toBe((299 * 300) / 2)
  expect(runs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n))
})

const silent = () => new TaskqError('TASKQ_ENQUEUE_NOT_SENT', 'the broker did not answer within 5s')

/** A workflow of which no job could be made, and what it gave back. */
async function unmade(app: TestApp) {
  const task = add()
  const { id } = await refusingClient(app, silent()).startWorkflow(chain(task.s(1, 2), task.s(3)))
  return { id, take: () => app.engine.workflows.take(id, 10) }
}

it('gives back what it could not make, so that another need not wait', async () => {
  const app = testApp(broker, { tasks: [add()] })
  const { id, take } = await unmade(app)
  expect(Number(await app.redis.zscore(app.keys.workflows, id))).toBeLessThan(Date.now() + 2000)
  expect((await take()).ready).toMatchObject([{ index: 0 }])
})

it('does not give back what another has', async () => {
  const app = testApp(broker, { tasks: [add()] })
  const { id, take } = await unmade(app)
  await app.engine.workflows.giveBack(id, [0, 7])
  expect((await take()).ready).toHaveLength(1)
  expect((await take()).ready).toEqual([])
  await app.engine.workflows.giveBack(id, [0])
  expect((await take()).ready).toHaveLength(1)
})

it('asks a broker again that did not take the next job', async () => {
  const app = testApp(broker, { tasks: [add()] })
  const { id, take } = await unmade(app)
  const engine = app.newEngine()
  const { producer } = engine
  const put = producer.add.bind(producer)
  const answers = [silent()]
  producer.add = (job) => {
    const error = answers.pop()
    return error === undefined ? put(job) : Promise.reject(error)
  }
  await (await app.newClient(engine).workflowDriver()).advance(await take())
  expect(await app.engine.workflows.nodes(id, 0, 1)).toMatchObject([{ state: 'added' }])
})

it('looks after several workflows side by side', async () => {
  const app = testApp(broker, { tasks: [add()] })
  const flows = [await unmade(app), await unmade(app)]
  for (const { id } of flows) await forgetLeases(app, id)
  const engine = app.newEngine()
  const { workflows } = engine
  const read = workflows.summary.bind(workflows)
  const waiting: (() => void)[] = []
  // Each is answered when both have asked.
  workflows.summary = async (id) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length === 2) for (const answer of waiting) answer()
    })
    return read(id)
  }
  await (await app.newClient(engine).workflowDriver()).sweep()
  for (const { id } of flows) expect(await app.engine.workflows.nodes(id, 0, 1)).toMatchObject([{ state: 'added' }])
})
