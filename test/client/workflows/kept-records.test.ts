import { expect, it } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { group } from '../../../src/canvas/group.js'
import { defineTask } from '../../../src/task/define-task.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

const WORKFLOW_PARTS = [undefined, 'values', 'ready'] as const

it('runs anew under a taskId whose workflow is gone, though jobs of it are still there', async () => {
  let runs = 0
  const count = defineTask({ name: 'count' }, () => ++runs)
  const tell = defineTask({ name: 'tell' }, (_, run: number) => {
    if (run === 2) throw new Error('the second')
    return `run ${run}`
  })
  const app = testApp(broker, { tasks: [count, tell] })
  await app.worker()
  const start = () => chain(count.s(), tell.s()).applyAsync({ taskId: 'daily' })
  const timeIsOver = (id: string) => app.redis.del(...WORKFLOW_PARTS.map((part) => app.keys.workflow(id, part)))
  const first = await start()
  expect(await first.get()).toBe('run 1')
  expect((await start()).deduplicated).toBe(true)
  await timeIsOver(first.id)
  await expect((await start()).get()).rejects.toThrow('the second')
  await timeIsOver(first.id)
  const third = await start()
  expect(third.deduplicated).toBe(false)
  expect(await third.get()).toBe('run 3')
})

it('is kept as long as the longest of its results', async () => {
  const short = defineTask({ name: 'short' }, () => 1)
  const long = defineTask({ name: 'long', resultTtl: '1h' }, (_, one: number) => one)
  const app = testApp(broker, { tasks: [short, long], config: { results: { ttl: '1m' } } })
  await app.worker()
  const left = async (id: string) => (await app.redis.pttl(app.keys.workflow(id))) / 60_000
  const byTask = await chain(short.s(), long.s()).delay()
  const byCall = await chain(short.s().set({ resultTtl: '2h' }), short.si()).delay()
  await Promise.all([byTask.get(), byCall.get()])
  expect(await left(byTask.id)).toBeGreaterThan(59)
  expect(await left(byCall.id)).toBeGreaterThan(119)
})

it('is kept as long as dead letters where a member failed that was allowed to', async () => {
  const fail = defineTask({ name: 'fail' }, (): number => {
    throw new Error('broken')
  })
  const config = { results: { ttl: '1m' }, deadLetters: { ttl: '1h' } } as const
  const app = testApp(broker, { tasks: [fail], config })
  await app.worker()
  const result = await group([fail.s()], { allowFailures: true }).delay()
  expect(await result.get()).toMatchObject([{ status: 'failed' }])
  expect(await app.redis.pttl(app.keys.workflow(result.id))).toBeGreaterThan(59 * 60_000)
})
