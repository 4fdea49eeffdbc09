import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Reject } from '../../src/retry/signals.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { taskNameOf } from '../../src/task/metadata.js'
import { findTask, forgetTasks } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { runTask } from '../../src/testing/run-task.js'
import { brokerOfFile } from '../support/broker.js'
import { refusal, rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { serve } from './serve.js'

// The examples of the chapter "Tasks" of Celery's user guide, in its order, as what they are here
// (https://docs.celeryq.dev/en/stable/userguide/tasks.html). Without a twin are those about the choice of a result
// backend, pickle, Python's loggers and its standard output.

const broker = brokerOfFile()

describe('Basics', () => {
  test('a task is made of a function', async () => {
    const users: string[] = []
    const createUser = defineTask({ name: 'createUser' }, async (_, username: string, _password: string) => {
      users.push(username)
    })
    const app = testApp(broker, { tasks: [createUser] })
    await app.worker()
    await (await createUser.delay('george', 'secret')).get()
    expect(users).toEqual(['george'])
  })

  test('options are given to the decorator', () => {
    @Task({ name: 'users.Create', queue: 'users', retries: 2, codec: { types: true } })
    class Create extends BaseTask {
      run(_username: string, _password: string) {}
    }
    expect(findTask(taskNameOf(Create))).toMatchObject({ queue: 'users', retries: 2 })
    forgetTasks('users.Create')
  })

  test('Bound tasks: this is the task, with its request', async () => {
    @Task()
    class Add extends BaseTask {
      async run(x: number, y: number) {
        this.log.info(this.request.id)
        return x + y
      }
    }
    const { lines } = await serve(broker, Add)
    const result = await Add.delay(2, 3)
    expect(await result.get()).toBe(5)
    expect(lines).toMatchObject([{ level: 'info', message: result.id, task: 'Add' }])
  })

  test('Task inheritance: a base class brings its handlers', async () => {
    const failed: string[] = []
    abstract class MyTask extends BaseTask {
      override onFailure(error: Error) {
        failed.push(`${this.request.id} failed: ${error.name}`)
      }
    }
    @Task()
    class Add extends MyTask {
      run(_x: number, _y: number) {
        throw new TypeError('no')
      }
    }
    await serve(broker, Add)
    const result = await Add.delay(1, 2)
    await rejection(result.get())
    expect(failed).toEqual([`${result.id} failed: TypeError`])
  })
})

describe('Names', () => {
  test('a name can be given, and be asked for', () => {
    const sum = defineTask({ name: 'sum-of-two-numbers' }, (_, x: number, y: number) => x + y)
    const add = defineTask({ name: 'tasks.add' }, (_, x: number, y: number) => x + y)
    expect([sum.definition.name, add.definition.name]).toEqual(['sum-of-two-numbers', 'tasks.add'])
    forgetTasks('sum-of-two-numbers')
    forgetTasks('tasks.add')
  })

  test('without one it is that of the class or function; a second task of that name is refused at once', () => {
    @Task()
    class SumUp extends BaseTask {
      run() {}
    }
    const add = defineTask({}, function add() {})
    expect([taskNameOf(SumUp), add.definition.name]).toEqual(['SumUp', 'add'])
    expect(refusal(() => defineTask({ name: 'add' }, () => 1))).toMatchObject({ code: 'TASKQ_TASK_NAME_TAKEN' })
    forgetTasks('SumUp')
    forgetTasks('add')
  })
})

describe('Task Request', () => {
  test('this.request tells of the job', async () => {
    @Task({ name: 'DumpContext', retries: 3, queue: 'dumps' })
    class DumpContext extends BaseTask {
      run(..._args: [number, number]) {
        return this.request
      }
    }
    await serve(broker, DumpContext)
    const result = await DumpContext.applyAsync([1, 2], { headers: { tenant: 'a' } })
    expect(await result.get()).toMatchObject({
      id: result.id,
      task: 'DumpContext',
      queue: 'dumps',
      attempt: 1,
      retries: 3,
      headers: { tenant: 'a' },
      root: result.id,
      enqueuedAt: expect.any(Number),
    })
  })
})

describe('Logging', () => {
  test('lines of this.log carry the job and its task', async () => {
    @Task()
    class Add extends BaseTask {
      run(x: number, y: number) {
        this.log.info(`Adding ${x} + ${y}`)
        return x + y
      }
    }
    const { lines } = await serve(broker, Add)
    const result = await Add.delay(2, 2)
    await result.get()
    expect(lines).toEqual([{ level: 'info', id: result.id, task: 'Add', fields: undefined, message: 'Adding 2 + 2' }])
  })

  test('Argument checking: a call with a missing argument does not compile', async () => {
    const add = defineTask({ name: 'add' }, (_, x: number, y: number) => x + y)
    const app = testApp(broker, { tasks: [add] })
    await app.worker()
    expect(await (await add.delay(8, 8)).get()).toBe(16)
    // @ts-expect-error add takes two
    const one = await add.delay(8)
    expect(await one.get()).toBeNull()
  })

  test('Argument checking: with a schema (as with pydantic=True) it is refused, at the call and before the run', async () => {
    const schema = z.tuple([z.number(), z.number()])
    const add = defineTask({ name: 'add', schema }, (_, x: number, y: number) => x + y)
    const app = testApp(broker, { tasks: [add] })
    await app.worker()
    expect(await rejection(add.delay(8, 'eight' as never))).toMatchObject({ code: 'TASKQ_PAYLOAD_INVALID' })
    forgetTasks('add')
    const unchecked = await app.client.enqueue('add', [8, 'eight'])
    expect(await rejection(unchecked.get())).toMatchObject({ failure: { code: 'TASKQ_PAYLOAD_INVALID' } })
  })
})

describe('How it works', () => {
  test('tasks are found by their names; only the name travels', async () => {
    const add = defineTask({ name: 'proj.add' }, (_, x: number, y: number) => x + y)
    const app = testApp(broker, { tasks: [add] })
    expect(findTask('proj.add')).toBe(add.definition)
    const { id } = await add.delay(1, 2)
    const { name, data } = await app.redis.hgetall(app.keys.job('default', id))
    expect(name).toBe('proj.add')
    expect(JSON.parse(data ?? '')).toMatchObject({ args: [1, 2] })
  })
})

describe('Tips and Best Practices', () => {
  test('Ignore results you don’t want: by the task, or by one call', async () => {
    const quiet = defineTask({ name: 'quiet', ignoreResult: true }, () => 'not kept')
    const myTask = defineTask({ name: 'myTask' }, (_, x: number, y: number) => x + y)
    const app = testApp(broker, { tasks: [quiet, myTask] })
    await app.worker()
    expect(await rejection((await quiet.delay()).get())).toMatchObject({ code: 'TASKQ_RESULT_IGNORED' })
    const dropped = await myTask.applyAsync([1, 2], { ignoreResult: true })
    expect(await rejection(dropped.get())).toMatchObject({ code: 'TASKQ_RESULT_IGNORED' })
    expect(await (await myTask.applyAsync([1, 2], { ignoreResult: false })).get()).toBe(3)
  })

  test('Avoid launching synchronous subtasks: each enqueues what comes next, and nothing waits', async () => {
    const stored = Promise.withResolvers<string>()
    const storePageInfo = defineTask({ name: 'storePageInfo', ignoreResult: true }, (_, info: string, url: string) =>
      stored.resolve(`${url}: ${info}`),
    )
    const parsePage = defineTask({ name: 'parsePage' }, async (_, page: string, url: string) => {
      await storePageInfo.delay(page.toUpperCase(), url)
    })
    const fetchPage = defineTask({ name: 'fetchPage' }, async (_, url: string) => {
      await parsePage.delay('<html>', url)
    })
    const app = testApp(broker, {
      tasks: [fetchPage, parsePage, storePageInfo],
      config: { worker: { concurrency: 1 } },
    })
    await app.worker()
    await fetchPage.delay('example.org')
    expect(await stored.promise).toBe('example.org: <HTML>')
  })

  test('State: send the id of an article, not the article; what JSON would change is refused', async () => {
    class Article {
      constructor(
        readonly id: number,
        public body: string,
      ) {}
    }
    const articles = new Map([[102, new Article(102, 'MyCorp is ours')]])
    const expand = defineTask({ name: 'expandAbbreviations' }, (_, id: number) => {
      const article = articles.get(id)
      if (article === undefined) throw new Reject(`no article ${id}`)
      article.body = article.body.replace('MyCorp', 'My Corporation')
    })
    const app = testApp(broker, { tasks: [expand] })
    await app.worker()
    expect(await rejection(expand.delay(articles.get(102) as never))).toMatchObject({ code: 'TASKQ_PAYLOAD_NOT_JSON' })
    await (await expand.delay(102)).get()
    expect(articles.get(102)?.body).toBe('My Corporation is ours')
  })

  test('Database transactions: enqueue when the transaction has been committed', async () => {
    const committed = new Set<number>()
    const expand = defineTask({ name: 'expandAbbreviations' }, (_, id: number) => committed.has(id))
    const app = testApp(broker, { tasks: [expand] })
    await app.worker()
    const transaction = async (work: () => number) => void committed.add(work())
    await transaction(() => 7)
    expect(await (await expand.delay(7)).get()).toBe(true)
  })
})

describe('Example', () => {
  test('a spam filter for the comments of a blog', async () => {
    const comments = new Map([
      [1, { text: 'Nice post', isSpam: false }],
      [2, { text: 'Cheap watches', isSpam: false }],
    ])
    const isSpam = async (text: string, _remoteAddress: string | null) => /cheap/i.test(text)
    @Task({ name: 'blog.SpamFilter', retries: 3 })
    class SpamFilter extends BaseTask {
      async run(commentId: number, { remoteAddress = null }: { remoteAddress?: string | null } = {}) {
        this.log.info({ commentId }, 'running the spam filter')
        const comment = comments.get(commentId)
        if (comment === undefined) throw new Reject(`no comment ${commentId}`)
        comment.isSpam = await isSpam(comment.text, remoteAddress)
        return comment.isSpam
      }
    }
    await serve(broker, SpamFilter)
    const verdicts = [await SpamFilter.delay(1), await SpamFilter.delay(2, { remoteAddress: '192.0.2.1' })]
    expect(await Promise.all(verdicts.map((result) => result.get()))).toEqual([false, true])
    expect((await runTask(SpamFilter, [1])).result).toBe(false)
    expect(comments.get(2)?.isSpam).toBe(true)
  })
})
