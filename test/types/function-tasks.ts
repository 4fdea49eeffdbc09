// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import { expectTypeOf } from 'vitest'
import type { Signature } from '../../src/canvas/signature.js'
import type { AsyncResult } from '../../src/task/async-result.js'
import { defineTask } from '../../src/task/define-task.js'
import type { RunContext } from '../../src/task/run-context.js'

const resize = defineTask({ name: 'images.resize', queue: 'images' }, async (ctx, path: string, width: number) => {
  expectTypeOf(ctx).toEqualTypeOf<RunContext>()
  return { path, width }
})
const count = defineTask({ name: 'count' }, (_ctx, words?: string[]) => words?.length ?? 0)

export async function argumentsAndResultAreInferred() {
  expectTypeOf(await resize.delay('cat.png', 80)).toEqualTypeOf<AsyncResult<{ path: string; width: number }>>()
  expectTypeOf(await (await count.delay()).get({ timeout: '10s' })).toEqualTypeOf<number>()
  expectTypeOf(resize.s(80)).toEqualTypeOf<Signature<{ path: string; width: number }, [path: string]>>()
  await resize.s('cat.png', 80).delay()
  await resize.applyAsync(['cat.png', 80], { retries: 2, queue: 'slow' })
}

export async function wrongArgumentsDoNotCompile() {
  // @ts-expect-error the width is missing
  await resize.delay('cat.png')
  // @ts-expect-error the context is not an argument
  await resize.delay({} as RunContext, 'cat.png', 80)
  // @ts-expect-error numbers are no words
  await count.delay([1])
  // @ts-expect-error the path is missing
  await resize.s(80).delay()
  // @ts-expect-error text is no width
  resize.s('cat.png')
  // @ts-expect-error an immutable signature is given all
  resize.si('cat.png')
  // @ts-expect-error a timeout has a unit that is known
  await (await count.delay()).get({ timeout: '1w' })
  // @ts-expect-error the result is a number
  const text: string = await (await count.delay()).get()
  return text
}
