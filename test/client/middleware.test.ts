import { describe, expect, test } from 'vitest'
import { runnableTasks } from '../../src/app/runnable-tasks.js'
import { currentContext, withContext } from '../../src/context/with-context.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import type { Middleware } from '../../src/task/middleware.js'
import { findTask } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const inTime = { timeout: '10s' } as const

describe('middleware around enqueues', () => {
  test('sees every call, the first outermost, and its handle', async () => {
    const said: string[] = []
    const named = (name: string): Middleware => ({
      enqueue: async (call, next) => {
        said.push(`${name} ${call.task}(${call.args})`)
        const handle = await next()
        said.push(`${name} → ${handle.id}`)
        return handle
      },
    })
    const task = defineTask({ name: 'add' }, (_, a: number, b: number) => a + b)
    const app = testApp(broker, {
      tasks: [task],
      config: { middleware: [named('outer'), { run: (_, next) => next() }, named('inner')] },
    })
    await app.worker()
    const result = await task.delay(1, 2)
    expect(said).toEqual(['outer add(1,2)', 'inner add(1,2)', `inner → ${result.id}`, `outer → ${result.id}`])
    expect(await result.get(inTime)).toBe(3)
    said.length = 0
    await task.s(3, 4).delay()
    await app.client.enqueue('add', [5, 6])
    await app.client.enqueueMany('add', [[7, 8]])
    expect(said.filter((line) => line.startsWith('inner add'))).toEqual([
      'inner add(3,4)',
      'inner add(5,6)',
      'inner add(7,8)',
    ])
  })

  test('may change the call: options, arguments, even the task', async () => {
    const task = defineTask({ name: 'seen' }, (ctx, value: number) => ({ value, headers: ctx.request.headers }))
    const middleware: Middleware = {
      enqueue: (call, next) =>
        next({
          ...call,
          args: [Number(call.args[0]) * 2],
          options: { ...call.options, headers: { by: 'middleware' } },
        }),
    }
    const app = testApp(broker, { tasks: [task], config: { middleware: [middleware] } })
    await app.worker()
    expect(await (await task.delay(21)).get(inTime)).toEqual({ value: 42, headers: { by: 'middleware' } })
  })

  test('that throws sends nothing', async () => {
    const task = defineTask({ name: 'refused' }, () => 1)
    const app = testApp(broker, {
      tasks: [task],
      config: {
        middleware: [
          {
            enqueue: () => {
              throw new RangeError('not today')
            },
          },
        ],
      },
    })
    expect(await rejection(task.delay())).toBeInstanceOf(RangeError)
    expect(await app.redis.exists(app.keys.lane('default', 'wait'))).toBe(0)
  })

  test.each([
    ['returns no handle', (async () => undefined) as never],
    ['calls next twice', ((_: unknown, next: () => Promise<unknown>) => next().then(() => next())) as never],
  ])('that %s is reported to the caller', async (_, enqueue) => {
    const task = defineTask({ name: 'wrong' }, () => 1)
    testApp(broker, { tasks: [task], config: { middleware: [{ enqueue }] } })
    expect(await rejection(task.delay())).toMatchObject({ code: 'TASKQ_MIDDLEWARE_INVALID' })
  })

  test('may put values into the context, on both sides', async () => {
    const middleware: Middleware = {
      enqueue: (_, next) => withContext({ sentBy: 'shop' }, () => next()),
      run: (_, next) => withContext({ ranBy: 'worker' }, next),
    }
    const leaf = defineTask({ name: 'leaf' }, () => currentContext())
    const top = defineTask({ name: 'top' }, async () => ({ here: currentContext(), leaf: (await leaf.delay()).id }))
    const app = testApp(broker, { tasks: [leaf, top], config: { middleware: [middleware] } })
    await app.worker()
    const { here, leaf: id } = await (await top.delay()).get(inTime)
    expect(here).toEqual({ sentBy: 'shop', ranBy: 'worker' })
    expect(await app.client.result(id).get(inTime)).toEqual({ sentBy: 'shop', ranBy: 'worker' })
  })

  test('keeps its state: the object is neither copied nor frozen', async () => {
    class Counting implements Middleware {
      calls = 0
      readonly enqueue: NonNullable<Middleware['enqueue']> = (_, next) => {
        this.calls++
        return next()
      }
    }
    const counting = new Counting()
    const plain = {
      runs: 0,
      run(_: unknown, next: () => Promise<unknown>) {
        this.runs++
        return next()
      },
    }
    const task = defineTask({ name: 'counted' }, () => 1)
    const app = testApp(broker, { tasks: [task], config: { middleware: [counting, plain] } })
    await app.worker()
    await (await task.delay()).get(inTime)
    expect([counting.calls, plain.runs]).toEqual([1, 1])
  })
})

describe('middleware around runs', () => {
  test('sees context, arguments and result, the first outermost, and may change the result', async () => {
    const said: string[] = []
    const outer: Middleware = {
      run: async (context, next, args) => {
        said.push(`before ${context.request.task}(${args}) for ${currentContext().tenant}`)
        const result = await next()
        said.push(`after: ${result}`)
        return { wrapped: result }
      },
    }
    const inner: Middleware = { run: (_, next) => next().then((value) => Number(value) + 1) }
    const task = defineTask({ name: 'times' }, (_, a: number) => {
      said.push('run')
      return a * 2
    })
    const app = testApp(broker, { tasks: [task], config: { middleware: [outer, inner] } })
    await app.worker()
    expect(await (await task.delay(4)).get(inTime)).toEqual({ wrapped: 9 })
    expect(said).toEqual(['before times(4) for undefined', 'run', 'after: 9'])
  })

  test('that throws has failed the run, which is retried', async () => {
    let tries = 0
    const guard: Middleware = {
      run: (_, next) => {
        if (++tries === 1) throw new Error('the gate is shut')
        return next()
      },
    }
    const task = defineTask({ name: 'guarded', retries: 1, backoff: { type: 'fixed', delay: 0 } }, () => 'through')
    const app = testApp(broker, { tasks: [task], config: { middleware: [guard] } })
    const { events } = await app.worker()
    expect(await (await task.delay()).get(inTime)).toBe('through')
    expect(events.of('job.retried')).toMatchObject([{ failure: { message: 'the gate is shut' } }])
  })

  test('sees what the task throws, and may answer for it', async () => {
    const saviour: Middleware = { run: (_, next) => next().catch((error: Error) => `saved from ${error.message}`) }
    const task = defineTask({ name: 'fails' }, () => {
      throw new Error('itself')
    })
    const app = testApp(broker, { tasks: [task], config: { middleware: [saviour] } })
    await app.worker()
    expect(await (await task.delay()).get(inTime)).toBe('saved from itself')
  })

  test('stands around the code of a class with hooks, too', async () => {
    const said: string[] = []
    @Task({ name: 'hooked-run' })
    class Hooked extends BaseTask {
      override beforeStart() {
        said.push('beforeStart')
      }
      run(word: string) {
        said.push(`run ${this.request.attempt}`)
        return word
      }
      override onSuccess(result: unknown) {
        said.push(`onSuccess ${result}`)
      }
    }
    const middleware: Middleware = {
      run: async (_, next) => {
        said.push('before')
        const result = await next()
        said.push('after')
        return `${result}!`
      },
    }
    const definition = findTask('hooked-run')
    if (definition === undefined) throw new Error('not registered')
    const app = testApp(broker, { tasks: [{ definition }], config: { middleware: [middleware] } })
    await app.worker()
    expect(await (await Hooked.delay('hi')).get(inTime)).toBe('hi!')
    expect(said).toEqual(['beforeStart', 'before', 'run 1', 'after', 'onSuccess hi!'])
  })

  test('costs a task nothing where there is none: it is the same function', async () => {
    const task = defineTask({ name: 'bare' }, () => 1)
    const app = testApp(broker, { tasks: [task], config: { middleware: [{ enqueue: (_, next) => next() }] } })
    expect(runnableTasks(app.config, [task.definition])[0]).toBe(task.definition)
  })
})
