// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.

import { BullMQOtel } from 'bullmq-otel'
import { expectTypeOf } from 'vitest'
import { defineConfig, type TaskqConfig } from '../../src/config/index.js'
import type { JobFailure } from '../../src/errors/job-failure.js'
import type { AsyncResult, JobLogLine } from '../../src/task/async-result.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import type { RunContext } from '../../src/task/run-context.js'
import { Task } from '../../src/task/task.js'
import { runTask } from '../../src/testing/index.js'

interface Step {
  readonly done: number
  readonly of: number
}

@Task()
class Import extends BaseTask<Step> {
  async run(file: string) {
    await this.progress({ done: 1, of: 2 })
    // @ts-expect-error text is no step
    await this.progress('half')
    // @ts-expect-error a part is missing
    await this.progress({ done: 1 })
    return file.length
  }
}

@Task()
class Anything extends BaseTask {
  async run() {
    await this.progress(0.5)
    await this.progress({ any: ['thing'] })
  }
}

const count = defineTask({ name: 'count' }, async (ctx: RunContext<number>, to: number) => {
  await ctx.progress(to)
  // @ts-expect-error text is no number
  await ctx.progress('half')
  return String(to)
})
const plain = defineTask({ name: 'plain' }, async (ctx) => {
  expectTypeOf(ctx).toEqualTypeOf<RunContext>()
  await ctx.progress('anything')
})

export async function progressIsInferredEndToEnd() {
  const imported = await Import.delay('a.csv')
  expectTypeOf(imported).toEqualTypeOf<AsyncResult<number, Step>>()
  expectTypeOf(await Import.applyAsync(['a.csv'])).toEqualTypeOf<AsyncResult<number, Step>>()
  for await (const step of imported.progress({ timeout: '5m' })) expectTypeOf(step).toEqualTypeOf<Step>()
  expectTypeOf(await Anything.delay()).toEqualTypeOf<AsyncResult<void, unknown>>()

  const counted = await count.delay(3)
  expectTypeOf(counted).toEqualTypeOf<AsyncResult<string, number>>()
  for await (const value of counted.progress()) expectTypeOf(value).toEqualTypeOf<number>()
  expectTypeOf(await plain.delay()).toEqualTypeOf<AsyncResult<void>>()
}

export async function runTaskTakesThem() {
  expectTypeOf((await runTask(count, [3])).result).toEqualTypeOf<string>()
  expectTypeOf((await runTask(Import, ['a.csv'], { context: { tenant: 'a' } })).result).toEqualTypeOf<number>()
}

/** A decorator of TC39's form is called with a context; it must not lose what the class tells of its progress. */
export async function bothFormsOfDecoratorsLeaveItAlone() {
  class Bare extends BaseTask<Step> {
    run(file: string) {
      return file
    }
  }
  Task({ name: 'legacy' })(Bare)
  Task({ name: 'tc39' })(Bare, {} as ClassDecoratorContext<typeof Bare>)
  expectTypeOf(await Bare.delay('a')).toEqualTypeOf<AsyncResult<string, Step>>()
}

export async function aHandleTellsWhatItKnows(result: AsyncResult<number, Step>) {
  expectTypeOf(await result.logs({ attempt: 1 })).toEqualTypeOf<readonly JobLogLine[]>()
  expectTypeOf(await result.revoke({ reason: 'no', terminate: '5s' })).toEqualTypeOf<
    'removed' | 'told' | 'too-late' | 'unknown'
  >()
  expectTypeOf(await result.retry()).toEqualTypeOf<boolean>()
  expectTypeOf(await result.children()).toEqualTypeOf<readonly AsyncResult[]>()
  expectTypeOf(await result.parent()).toEqualTypeOf<AsyncResult | undefined>()
  // @ts-expect-error a run has a number
  await result.logs({ attempt: 'first' })
  // @ts-expect-error there is no such option
  await result.revoke({ why: 'no' })
}

export const config: TaskqConfig = defineConfig({
  telemetry: new BullMQOtel({ tracerName: 'shop' }),
  middleware: [
    {
      enqueue: (call, next) => {
        expectTypeOf(call.task).toEqualTypeOf<string>()
        return next({ ...call, options: { ...call.options, priority: 9 } })
      },
      run: async (context, next, args) => {
        expectTypeOf(context).toEqualTypeOf<RunContext>()
        expectTypeOf(args).toEqualTypeOf<readonly unknown[]>()
        return next()
      },
    },
  ],
  on: {
    'job.enqueued': ({ id, deduplicated }) => expectTypeOf([id, deduplicated]).toEqualTypeOf<(string | boolean)[]>(),
    'job.succeeded': ({ runMs }) => expectTypeOf(runMs).toEqualTypeOf<number>(),
    'job.dead-lettered': ({ failure }) => expectTypeOf(failure).toEqualTypeOf<JobFailure>(),
    // @ts-expect-error a job that begins has not run yet
    'job.started': ({ runMs }) => runMs,
  },
})

export const wrong: TaskqConfig = {
  // @ts-expect-error an enqueue gives the handle that it got
  middleware: [{ enqueue: async () => {} }],
}

export const misspelt: TaskqConfig = {
  // @ts-expect-error no such event
  on: { 'job.succeded': () => {} },
}
