import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { chain } from '../../../src/canvas/chain.js'
import { ReplicaAcks } from '../../../src/engine/durability/replica-acks.js'
import { keysOf } from '../../../src/engine/keys.js'
import { defineTask } from '../../../src/task/define-task.js'
import { noRedis } from '../../support/broker.js'
import { proxyTo } from '../../support/proxy.js'
import { rejection } from '../../support/refusal.js'
import { testApp } from '../../support/test-app.js'
import { startReplicated } from '../../support/topologies.js'

const job = (id: string, over: object = {}) => ({
  id,
  lane: 'default',
  task: 'send',
  data: '{"v":1,"args":[]}',
  delayMs: 0,
  ...over,
})

describe('durability: replicated', () => {
  test('answers an enqueue when a replica has the job', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const app = testApp(broker, { config: { durability: 'replicated' } })
    const ids = Array.from({ length: 500 }, (_, n) => `j${n}`)
    const found = await Promise.all(
      ids.map(async (id) => {
        await app.engine.producer.add(job(id))
        return broker.replica.exists(app.keys.job('default', id))
      }),
    )
    expect(found.filter((count) => count === 1)).toHaveLength(500)
  })

  test('says of a job that no replica has in time that it exists', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const app = testApp(broker, { config: { durability: 'replicated', enqueueTimeout: '1s' } })
    broker.pauseReplica()
    const error = await rejection(app.engine.producer.add(job('a')))
    broker.resumeReplica()
    expect(error).toMatchObject({
      code: 'TASKQ_ENQUEUE_UNREPLICATED',
      data: { jobId: 'a', task: 'send' },
      message: 'send: it exists, but replicas did not confirm that they have it: 0 of 1 replica in time',
    })
    expect(await app.engine.jobs.find('a')).toMatchObject({ id: 'a' })
  })

  test('waits for a replica that lags', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const app = testApp(broker, { config: { durability: { replicas: 1 } } })
    broker.pauseReplica()
    const added = app.engine.producer.add(job('a'))
    // Meanwhile it is asked in vain.
    while ((await app.engine.jobs.find('a')) === undefined) {}
    broker.resumeReplica()
    expect(await added).toEqual({ id: 'a', isNew: true })
    expect(await broker.replica.exists(app.keys.job('default', 'a'))).toBe(1)
  })

  test('asks for as many replicas as it was told', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const app = testApp(broker, { config: { durability: { replicas: 2 }, enqueueTimeout: '2s' } })
    const adding = app.engine.producer.add(job('a'))
    await expect(adding).rejects.toThrow('1 of 2 replicas in time')
  })

  test('does not take the word of a new connection for what the old one wrote', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { config: { durability: 'replicated', enqueueTimeout: '2s' } })
    await app.engine.producer.add(job('first'))
    broker.pauseReplica()
    const adding = app.engine.producer.add(job('a')).then(
      () => 'acknowledged',
      (error) => error.code,
    )
    const cutting = setInterval(() => proxy.cut(), 150)
    const outcome = await adding
    clearInterval(cutting)
    broker.resumeReplica()
    expect(outcome).not.toBe('acknowledged')
  })

  test('has it written again where the connection is another: another master may have taken over', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const { master: redis } = await startReplicated()
    const acks = new ReplicaAcks(redis, keysOf('taskq'), 1, 10_000)
    expect(await acks.afterwards(() => redis.set('a', 1))).toBe('OK')
    const writing = acks.afterwards(async () => {
      await redis.set('a', 2)
      redis.disconnect(true)
      await once(redis, 'ready')
    })
    await expect(writing).rejects.toThrow('Connection is closed: it is written again')
  })

  test('sends a job again whose answer was lost, and adds one', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const proxy = await proxyTo(broker)
    const app = testApp(proxy, { config: { durability: 'replicated' } })
    await app.engine.producer.add(job('first'))
    proxy.loseReply((request) => /wait/i.test(request))
    expect(await app.engine.producer.add(job('a'))).toEqual({ id: 'a', isNew: true })
    expect(proxy.dropped).toBe(1)
    expect(await broker.replica.llen(app.keys.lane('default', 'wait'))).toBe(2)
  })

  test('answers a workflow when a replica has its record', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const one = defineTask({ name: 'replicated-one' }, () => 1)
    const app = testApp(broker, { tasks: [one], config: { durability: 'replicated', enqueueTimeout: '1s' } })
    const workflow = await app.client.startWorkflow(chain(one.s(), one.si()), {})
    expect(await broker.replica.exists(app.keys.workflow(workflow.id))).toBe(1)
    broker.pauseReplica()
    const error = await rejection(app.client.startWorkflow(chain(one.s(), one.si()), {}))
    broker.resumeReplica()
    expect(error).toMatchObject({ code: 'TASKQ_ENQUEUE_UNREPLICATED' })
  })

  test('costs no question where nobody asks for it', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const app = testApp(broker)
    await app.engine.producer.add(job('a'))
    expect(await broker.master.exists(app.keys.replicated)).toBe(0)
  })
})

describe('what a caller is told of a job without replicas', () => {
  test('never says of a job that was made that there is none, also where it is closed before it is confirmed', async ({
    skip,
  }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const app = testApp(broker, { config: { durability: 'replicated', enqueueTimeout: '1s' } })
    await app.engine.producer.add(job('first'))
    broker.pauseReplica()
    const refused = rejection(app.engine.producer.add(job('a')))
    await vi.waitFor(async () => expect(await app.redis.exists(app.keys.job('default', 'a'))).toBe(1))
    await app.engine.close()
    expect(await refused).toMatchObject({
      code: expect.stringMatching(/_(UNKNOWN|UNREPLICATED)$/),
      data: { jobId: 'a' },
    })
    broker.resumeReplica()
  })

  test('says which right the user lacks, where it may not ask', async ({ skip }) => {
    skip(noRedis !== undefined, noRedis)
    const broker = await startReplicated()
    const admin = testApp(broker)
    await admin.redis.acl('SETUSER', 'mute', 'on', '>secret', '~*', '&*', '+@all', '-wait')
    const url = broker.url.replace('redis://', 'redis://mute:secret@')
    const app = testApp({ ...broker, url }, { config: { durability: 'replicated' } })
    expect(await rejection(app.engine.producer.add(job('a')))).toMatchObject({
      code: 'TASKQ_ENQUEUE_UNREPLICATED',
      hint: 'The user may not use WAIT: ACL SETUSER … +wait',
    })
  })
})
