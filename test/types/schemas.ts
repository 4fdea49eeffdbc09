// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import type { AsyncResult } from '../../src/task/async-result.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import type { TaskOptions } from '../../src/task/options.js'
import type { StandardSchema } from '../../src/task/schema.js'
import { Task } from '../../src/task/task.js'

const mail = z.tuple([z.email(), z.number().int()])
const shared: TaskOptions = { retries: 3, schema: mail }
const written: StandardSchema = {
  '~standard': { version: 1, vendor: 'me', validate: (value) => ({ value: value as unknown[] }) },
}
const UserId = z.string().brand<'UserId'>()

@Task({ schema: mail })
class SendMail extends BaseTask {
  async run(to: string, copies: number) {
    return to.repeat(copies)
  }
}

@Task({ schema: z.tuple([z.string(), z.number().optional()]).readonly() })
class Resize extends BaseTask {
  run(path: string, width?: number) {
    return path.repeat(width ?? 1)
  }
}

@Task({ schema: z.array(z.number()) })
class Sum extends BaseTask {
  run(...numbers: number[]) {
    return numbers.length
  }
}

@Task({ schema: z.tuple([UserId]) })
class Welcome extends BaseTask {
  run(user: z.infer<typeof UserId>) {
    return user
  }
}

@Task(shared)
class Shared extends BaseTask {
  run(_anything: Date) {}
}

export async function aSchemaLeavesTheTypesAsTheyAre() {
  expectTypeOf(await SendMail.delay('a@b.c', 1)).toEqualTypeOf<AsyncResult<string>>()
  const send = defineTask({ schema: mail }, async (ctx, to: string, copies: number) => {
    ctx.log.info(to)
    return copies
  })
  expectTypeOf(await send.delay('a@b.c', 1)).toEqualTypeOf<AsyncResult<number>>()
  expectTypeOf(send.delay).parameters.toEqualTypeOf<[to: string, copies: number]>()
  defineTask({ ...shared, name: 'shared' }, (_, _anything: Date) => {})
  defineTask({ schema: written }, (_, _anything: Date) => {})
  defineTask({ schema: z.any() }, (_, _anything: Date) => {})
  defineTask({ schema: z.tuple([z.string()]).readonly() }, (_, _path: string) => {})
  defineTask<[path: string], void>({ schema: z.tuple([z.string()]) }, (_, _path) => {})
  return [Resize, Sum, Welcome, Shared]
}

export function aSchemaThatLetsOtherArgumentsPassDoesNotCompile() {
  // @ts-expect-error the schema lets text pass for a number
  Task({ schema: z.tuple([z.string(), z.string()]) })(SendMail)
  // @ts-expect-error the schema lets a number of copies be left out
  Task({ schema: z.tuple([z.string()]) })(SendMail)
  // @ts-expect-error the schema is of one argument, not of an array
  Task({ schema: z.string() })
  // @ts-expect-error as above
  defineTask({ schema: z.object({ to: z.string() }) }, (_, _mail: { to: string }) => {})
  // @ts-expect-error the schema lets a number pass for a path
  defineTask({ schema: z.tuple([z.number()]) }, (_, _path: string) => {})
  // @ts-expect-error a schema is no function of another kind
  defineTask({ schema: (value: unknown) => value }, (_, _path: string) => {})
}
