// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import { expectTypeOf } from 'vitest'
import type { Signature } from '../../src/canvas/signature.js'
import type { AsyncResult } from '../../src/task/async-result.js'
import { BaseTask } from '../../src/task/base-task.js'
import { Task } from '../../src/task/task.js'

@Task({ queue: 'emails', retries: 5, rateLimit: '100/m', resultTtl: '7d', backoff: { type: 'fixed', delay: '30s' } })
class SendWelcome extends BaseTask {
  async run(userId: string, copies: number) {
    return { messageId: userId.repeat(copies) as string | null }
  }
}

@Task()
class Ping extends BaseTask {
  run(note?: string): number {
    return note?.length ?? 0
  }
}

@Task()
class Sum extends BaseTask {
  run(...numbers: number[]) {
    return numbers.length
  }
}

@Task()
class Resize extends BaseTask {
  run(path: string, width?: number) {
    return path.repeat(width ?? 1)
  }
}

export async function delayInfersArgumentsAndResult() {
  const result = await SendWelcome.delay('u_42', 1)
  expectTypeOf(result).toEqualTypeOf<AsyncResult<{ messageId: string | null }>>()
  expectTypeOf(await result.get()).toEqualTypeOf<{ messageId: string | null }>()
  expectTypeOf(await (await Ping.delay()).get()).toEqualTypeOf<number>()
  await Ping.delay('note')
  await Sum.delay(1, 2, 3)
}

export async function wrongArgumentsDoNotCompile() {
  // @ts-expect-error an argument is missing
  await SendWelcome.delay('u_42')
  // @ts-expect-error a number is no user id
  await SendWelcome.delay(42, 1)
  // @ts-expect-error one too many
  await SendWelcome.delay('u_42', 1, 2)
  // @ts-expect-error text is no number
  await Sum.delay(1, 'two')
  // @ts-expect-error the arguments are an array
  await SendWelcome.applyAsync('u_42')
  // @ts-expect-error an argument is missing
  await SendWelcome.applyAsync(['u_42'])
  // @ts-expect-error five minutes are '5m'
  await SendWelcome.applyAsync(['u_42', 1], { countdown: '5 minutes' })
  // @ts-expect-error there is no such option
  await SendWelcome.applyAsync(['u_42', 1], { delay: '5m' })
}

export function signaturesKnowWhatIsMissing() {
  expectTypeOf(SendWelcome.s('u', 1)).toEqualTypeOf<Signature<{ messageId: string | null }, []>>()
  expectTypeOf(SendWelcome.s(1)).toEqualTypeOf<Signature<{ messageId: string | null }, [userId: string]>>()
  expectTypeOf(SendWelcome.s()).toEqualTypeOf<
    Signature<{ messageId: string | null }, [userId: string, copies: number]>
  >()
  expectTypeOf(SendWelcome.si('u', 1)).toEqualTypeOf<Signature<{ messageId: string | null }, [], unknown>>()
  expectTypeOf(SendWelcome.s(1).set({ queue: 'a' })).toEqualTypeOf<
    Signature<{ messageId: string | null }, [userId: string]>
  >()
}

export async function optionalAndRestArgumentsNeedNotBeGiven() {
  await Ping.s().delay()
  await Ping.s('note').delay()
  await Sum.s(1, 2).delay()
  await Sum.s().delay()
  expectTypeOf(Resize.s(80)).toEqualTypeOf<Signature<string, [path: string]>>()
  await Resize.s('cat.png').delay()
  // @ts-expect-error the path is missing
  await Resize.s(80).delay()
}

export async function incompleteSignaturesAreNotSent() {
  await SendWelcome.s('u', 1).delay()
  await SendWelcome.si('u', 1).applyAsync({ countdown: '5m' })
  // @ts-expect-error the user id is missing
  await SendWelcome.s(1).delay()
  // @ts-expect-error both arguments are missing
  await SendWelcome.s().applyAsync()
  // @ts-expect-error text is no number of copies
  SendWelcome.s('u')
  // @ts-expect-error an immutable signature is given all
  SendWelcome.si(1)
}

export async function manyCalls() {
  await SendWelcome.delayMany(
    [
      ['u_1', 1],
      ['u_2', 2],
    ],
    { priority: 3, onProgress: ({ enqueued }) => enqueued + 1 },
  )
  await SendWelcome.delayMany(new Set<[string, number]>([['u_1', 1]]))
  // @ts-expect-error each call has its arguments in an array
  await SendWelcome.delayMany(['u_1', 'u_2'])
  // @ts-expect-error a user is a text
  await SendWelcome.delayMany([[1, 1]])
  // @ts-expect-error an id is one job's
  await SendWelcome.delayMany([['u_1', 1]], { taskId: 'a' })
}

export function wrongOptionsDoNotCompile() {
  // @ts-expect-error a rate has a unit
  Task({ rateLimit: '100' })
  // @ts-expect-error days are no unit of a rate
  Task({ rateLimit: '100/d' })
  // @ts-expect-error there is no such option
  Task({ retires: 3 })
  // @ts-expect-error a number of retries is a number
  Task({ retries: '3' })
  // @ts-expect-error there is no such backoff
  Task({ backoff: { type: 'linear' } })
  // @ts-expect-error a class without run is no task
  Task()(class Idle {})
  // @ts-expect-error BaseTask without run is no task
  class NoRun extends BaseTask {}
  return NoRun
}
