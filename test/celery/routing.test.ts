import { describe, expect, test } from 'vitest'
import type { RouteFunction } from '../../src/config/route.js'
import type { TaskqConfig } from '../../src/config/taskq-config.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

// The examples of the chapter "Routing Tasks" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/routing.html). A queue is a name and needs no declaration: without a
// twin are exchanges, bindings and routing keys, quorum queues and the AMQP primer.

const broker = brokerOfFile()

/** Where calls of these tasks go. */
async function routed(config: TaskqConfig, names: readonly string[]): Promise<Record<string, string>> {
  const tasks = names.map((name) => defineTask({ name }, (_, ..._args: unknown[]) => {}))
  const app = testApp(broker, { tasks, config })
  const planned = await Promise.all(
    names.map((task) => app.client.plan({ id: 'j', task, args: [], options: {} }).then(({ lane }) => [task, lane])),
  )
  return Object.fromEntries(planned)
}

describe('Automatic routing', () => {
  test('a task by its name', async () => {
    const config: TaskqConfig = { routes: [['feed.tasks.import_feed', { queue: 'feeds' }]] }
    expect(await routed(config, ['feed.tasks.import_feed', 'feed.tasks.other'])).toEqual({
      'feed.tasks.import_feed': 'feeds',
      'feed.tasks.other': 'default',
    })
  })

  test('by glob and regular expression, in their order', async () => {
    const config: TaskqConfig = {
      routes: [
        ['feed.tasks.*', { queue: 'feeds' }],
        ['web.tasks.*', { queue: 'web' }],
        [/(video|image)\.tasks\..*/, { queue: 'media' }],
      ],
    }
    expect(await routed(config, ['feed.tasks.import', 'web.tasks.get', 'video.tasks.cut', 'image.tasks.cut'])).toEqual({
      'feed.tasks.import': 'feeds',
      'web.tasks.get': 'web',
      'video.tasks.cut': 'media',
      'image.tasks.cut': 'media',
    })
  })

  test('worker -Q feeds serves that queue alone; -Q feeds,default both', async () => {
    const importFeed = defineTask({ name: 'feed.tasks.import_feed' }, () => 'imported')
    const add = defineTask({ name: 'add' }, () => 'added')
    const app = testApp(broker, { tasks: [importFeed, add], config: { routes: [['feed.tasks.*', 'feeds']] } })
    await app.worker({ queues: ['feeds'] })
    const added = await add.delay()
    expect(await (await importFeed.delay()).get()).toBe('imported')
    expect(await added.state()).toBe('queued')
    await app.worker({ queues: ['feeds', 'default'] })
    expect(await added.get()).toBe('added')
  })

  test('Changing the name of the default queue', async () => {
    expect(await routed({ defaultQueue: 'main' }, ['add'])).toEqual({ add: 'main' })
  })
})

describe('Manual routing', () => {
  test('a call names the queue itself', async () => {
    const importFeed = defineTask({ name: 'import_feed' }, (ctx, _url: string) => ctx.request.queue)
    const app = testApp(broker, { tasks: [importFeed] })
    await app.worker({ queues: ['feed_tasks'], name: 'feedworker' })
    const result = await importFeed.applyAsync(['http://cnn.com/rss'], { queue: 'feed_tasks' })
    expect(await result.get()).toBe('feed_tasks')
  })

  test('without -Q a worker serves all queues that are configured; -X leaves some out', async () => {
    const config: TaskqConfig = {
      queues: { feed_tasks: {}, regular_tasks: {}, image_tasks: {} },
      routes: [['video.*', 'videos']],
    }
    const video = defineTask({ name: 'video.cut' }, () => {})
    const app = testApp(broker, { tasks: [video], config })
    await app.worker()
    await app.worker({ excludeQueues: ['image_tasks'], name: 'noimages' })
    const workers = await app.engine.workers()
    const served = (name: string) => workers.find((worker) => worker.name.startsWith(`${name}@`))?.queues.toSorted()
    expect(served('worker')).toEqual(['default', 'feed_tasks', 'image_tasks', 'regular_tasks', 'videos'])
    expect(served('noimages')).toEqual(['default', 'feed_tasks', 'regular_tasks', 'videos'])
  })
})

describe('Special Routing Options', () => {
  test('Message Priorities: task_queue_max_priority is priorities of a queue, task_default_priority taskOptions', async () => {
    const order: string[] = []
    const task = defineTask({ name: 'task' }, (_, name: string) => void order.push(name))
    const app = testApp(broker, {
      tasks: [task],
      config: {
        queues: { default: { priorities: true } },
        taskOptions: { '*': { priority: 5 } },
        worker: { concurrency: 1 },
      },
    })
    await task.applyAsync(['low'], { priority: 1 })
    await task.delay('default')
    await task.applyAsync(['high'], { priority: 9 })
    const { worker } = await app.worker({ burst: true })
    await worker.done
    expect(order).toEqual(['high', 'default', 'low'])
  })

  test('Inherit parent priority: the run that calls says it', async () => {
    const child = defineTask({ name: 'child' }, () => {})
    const parent = defineTask({ name: 'parent' }, async () => (await child.applyAsync([], { priority: 7 })).id)
    const app = testApp(broker, {
      tasks: [parent, child],
      config: { queues: { default: { priorities: true }, later: { priorities: true } }, routes: [['child', 'later']] },
    })
    await app.worker({ queues: ['default'] })
    const id = await (await parent.applyAsync([], { priority: 7 })).get()
    expect(await app.redis.hget(app.keys.job('later', id), 'priority')).toBe('3')
  })
})

describe('Routing Tasks', () => {
  test('Specifying task destination: the arguments win over the task, and that over the routes', async () => {
    const names = ['routed', 'own', 'called'] as const
    const tasks = names.map((name) => defineTask({ name, ...(name !== 'routed' && { queue: 'own' }) }, () => {}))
    const app = testApp(broker, { tasks, config: { routes: [['*', 'routed']] } })
    const laneOf = async (task: string, queue?: string) =>
      (await app.client.plan({ id: 'j', task, args: [], options: queue === undefined ? {} : { queue } })).lane
    expect([await laneOf('routed'), await laneOf('own'), await laneOf('called', 'named')]).toEqual([
      'routed',
      'own',
      'named',
    ])
  })

  test('Routers: a function gets the name, the arguments and the options of each call', async () => {
    const seen: unknown[] = []
    const routeTask: RouteFunction = (call) => {
      seen.push(call)
      return call.task === 'myapp.tasks.compress_video' ? { queue: 'video', priority: 7 } : undefined
    }
    const compress = defineTask({ name: 'myapp.tasks.compress_video' }, (ctx, _file: string) => ctx.request.queue)
    const other = defineTask({ name: 'other' }, (ctx) => ctx.request.queue)
    const app = testApp(broker, {
      tasks: [compress, other],
      config: { routes: [routeTask, ['other', { queue: 'rest' }]], queues: { video: { priorities: true } } },
    })
    await app.worker()
    const results = [await compress.applyAsync(['a.mp4'], { retries: 1 }), await other.delay()]
    expect(await Promise.all(results.map((result) => result.get()))).toEqual(['video', 'rest'])
    expect(seen).toEqual([
      { task: 'myapp.tasks.compress_video', args: ['a.mp4'], options: { retries: 1 } },
      { task: 'other', args: [], options: {} },
    ])
  })

  test('a route gives a priority to what has none of its own', async () => {
    const task = defineTask({ name: 'feed.add' }, () => {})
    const config: TaskqConfig = {
      queues: { feeds: { priorities: true } },
      routes: [['feed.*', { queue: 'feeds', priority: 4 }]],
    }
    const app = testApp(broker, { tasks: [task], config })
    const priorityOf = async (options: object) =>
      (await app.client.plan({ id: 'j', task: 'feed.add', args: [], options })).priority
    expect([await priorityOf({}), await priorityOf({ priority: 8 })]).toEqual([4, 8])
  })
})

test('Broadcast: a queue for each worker, and a job for each queue', async () => {
  const reload = defineTask({ name: 'reload_cache' }, (ctx) => ctx.request.queue)
  const app = testApp(broker, { tasks: [reload] })
  const queues = ['cache.a', 'cache.b']
  for (const queue of queues) await app.worker({ queues: [queue], name: queue })
  const results = await Promise.all(queues.map((queue) => reload.applyAsync([], { queue })))
  expect(await Promise.all(results.map((result) => result.get()))).toEqual(queues)
})
