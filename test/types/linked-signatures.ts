// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import { expectTypeOf } from 'vitest'
import type { Group } from '../../src/canvas/canvas.js'
import { chain } from '../../src/canvas/chain.js'
import { group } from '../../src/canvas/group.js'
import type { AsyncResult } from '../../src/task/async-result.js'
import { defineTask } from '../../src/task/define-task.js'
import type { WorkflowResult } from '../../src/task/workflow-result.js'

const add = defineTask({ name: 'add' }, (_, x: number, y: number) => x + y)
const show = defineTask({ name: 'show' }, (_, x: number) => String(x))
const sum = defineTask({ name: 'sum' }, (_, numbers: number[]) => numbers.length)
const log = defineTask({ name: 'log' }, (_, text: string) => void text)

export function aTaskWithCallbacksIsAWorkflow() {
  const linked = add.s(1).link(show.s())
  const caught = add.s(1, 2).set({ retries: 1 }).onError(log.si('failed')).stamp({ shop: 'a' })
  expectTypeOf(linked.delay(2)).resolves.toEqualTypeOf<WorkflowResult<number>>()
  expectTypeOf(linked.clone(2).applyAsync({ name: 'sums' })).resolves.toEqualTypeOf<WorkflowResult<number>>()
  expectTypeOf(caught.linkError(log.si('again')).delay()).resolves.toEqualTypeOf<WorkflowResult<number>>()
  expectTypeOf(add.s(1, 2).delay()).resolves.toEqualTypeOf<AsyncResult<number>>()
  expectTypeOf(chain(add.s(1, 2), linked, show.s()).delay()).resolves.toEqualTypeOf<WorkflowResult<string>>()
  expectTypeOf(group(add.s(1, 2)).link(sum.s())).toExtend<Group<[number]>>()
  // @ts-expect-error all arguments are there before it is sent
  void linked.applyAsync()
  // @ts-expect-error a plain job has no name of its own
  void add.s(1, 2).applyAsync({ name: 'sums' })
}
