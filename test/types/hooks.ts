// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import { expectTypeOf } from 'vitest'
import { Retry, RetryAfter, Snooze } from '../../src/retry/signals.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import type { NextRun, RunEnd } from '../../src/task/hooks.js'
import { Task } from '../../src/task/task.js'

export const inferred = defineTask({ name: 'a' }, async (_, url: string, depth?: number) => ({ url, depth }), {
  beforeStart: (ctx, args) => {
    expectTypeOf(ctx.request.id).toEqualTypeOf<string>()
    expectTypeOf(args).toEqualTypeOf<[url: string, depth?: number | undefined]>()
  },
  onSuccess: (_, result) => expectTypeOf(result).toEqualTypeOf<{ url: string; depth: number | undefined }>(),
  onRetry: (_ctx, error, [url], next) => {
    expectTypeOf(error).toEqualTypeOf<Error>()
    expectTypeOf(url).toEqualTypeOf<string>()
    expectTypeOf(next).toEqualTypeOf<NextRun>()
  },
  afterReturn: (_, end) => {
    if (end.state === 'succeeded') expectTypeOf(end.result.url).toEqualTypeOf<string>()
    // @ts-expect-error only a run that succeeded has a result
    end.result
  },
})

// @ts-expect-error no hook has this name
defineTask({ name: 'b' }, () => 1, { onFail: () => {} })

@Task()
export class Right extends BaseTask {
  async run(url: string) {
    if (url === '') return this.retry({ countdown: '1s' })
    return { url }
  }
  override onSuccess(result: { url: string }, [url]: [string]) {
    return result.url === url
  }
  override afterReturn(_end: RunEnd<{ url: string }>) {}
}

@Task()
export class Wrong extends BaseTask {
  async run(url: string) {
    return { url }
  }
  // @ts-expect-error run returns no number
  override onSuccess(_result: number) {}
  // @ts-expect-error run takes a text
  override onFailure(_error: Error, [_id]: [number]) {}
}

export async function hooksDoNotChangeHowATaskIsCalled() {
  expectTypeOf(await (await Right.delay('a')).get()).toEqualTypeOf<{ url: string }>()
  // @ts-expect-error run takes a text
  await Right.delay(1)
  expectTypeOf(await (await inferred.delay('a')).get()).toEqualTypeOf<{ url: string; depth: number | undefined }>()
}

// @ts-expect-error no duration
new Retry({ countdown: 'soon' })
// @ts-expect-error no duration
new RetryAfter('soon')
// @ts-expect-error a wait is needed
new Snooze()
