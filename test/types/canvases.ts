// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import { expectTypeOf } from 'vitest'
import type { Chain, Chord, Group } from '../../src/canvas/canvas.js'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { chunks, map, starmap } from '../../src/canvas/map.js'
import { type LinkedSignature, type Signature, signature } from '../../src/canvas/signature.js'
import type { WorkflowFailure } from '../../src/errors/workflow-failed-error.js'
import type { AsyncResult } from '../../src/task/async-result.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { Task } from '../../src/task/task.js'
import type { Settled, WorkflowResult } from '../../src/task/workflow-result.js'

@Task()
class Add extends BaseTask {
  run(x: number, y: number) {
    return x + y
  }
}
@Task()
class Negate extends BaseTask {
  async run(x: number) {
    return -x
  }
}
@Task()
class Show extends BaseTask {
  run(x: number, digits?: number) {
    return x.toFixed(digits)
  }
}
@Task()
class Measure extends BaseTask {
  run(text: string) {
    return text.length
  }
}
@Task()
class Sum extends BaseTask {
  run(numbers: number[]) {
    return numbers.length
  }
}
@Task()
class Find extends BaseTask {
  run(text: string): string | undefined {
    return text === '' ? undefined : text
  }
}
@Task()
class Total extends BaseTask {
  run(...numbers: number[]) {
    return numbers.length
  }
}
@Task()
class Log extends BaseTask {
  run(text: string): void {
    this.log.info(text)
  }
}
@Task()
class Tidy extends BaseTask {
  run() {
    return true
  }
}
@Task()
class Pair extends BaseTask {
  run([count, text]: [number, string]) {
    return { count, text }
  }
}
@Task()
class Report extends BaseTask {
  run({ workflow, task, message }: WorkflowFailure, _urgency?: number) {
    return `${workflow}: ${task} ${message}`
  }
}
const resize = defineTask({ name: 'resize' }, (_, path: string, width: number) => ({ path, width }))
const report = defineTask({ name: 'report' }, (_, image: { path: string }) => image.path)

export async function resultsFlowThroughChains() {
  const made = chain(Add.s(1, 2), Negate.s(), Show.s())
  expectTypeOf(made).toEqualTypeOf<Chain<string, [], never>>()
  expectTypeOf(await made.delay()).toEqualTypeOf<WorkflowResult<string>>()
  expectTypeOf(await (await made.applyAsync({ name: 'sums', countdown: '5s' })).get()).toEqualTypeOf<string>()
  expectTypeOf(await (await chain(resize.s('a.png', 80), report.s()).delay()).get()).toEqualTypeOf<string>()
  chain(Add.s(1, 2), Add.s(3), Show.s(2), Measure.s())
  chain(Add.s(1, 2), Measure.si('text'), Log.si('done'))
  chain(Add.s(1, 2), Total.s(), Tidy.s())
  chain(Log.s('text'), Tidy.s())
  chain(Add.s(1, 2))
  const negations = [1, 2, 3].map(() => Negate.s())
  expectTypeOf(chain(Add.s(1, 2), ...negations)).toEqualTypeOf<Chain<number, [], never>>()
  expectTypeOf(chain(negations)).toEqualTypeOf<Chain<number, [x: number], number>>()
}

export function whatDoesNotFitDoesNotCompile() {
  // @ts-expect-error a number is no text
  chain(Add.s(1, 2), Measure.s())
  // @ts-expect-error also further on
  chain(Add.s(1, 2), Negate.s(), Show.s(), Negate.s())
  // @ts-expect-error nothing is no text
  chain(Log.s('text'), Measure.s())
  // @ts-expect-error perhaps it found none
  chain(Find.s('text'), Measure.s())
  // @ts-expect-error an image is no number
  chain(resize.s('a.png', 80), Negate.s())
  // @ts-expect-error it needs two arguments, and is given one
  chain(Negate.s(1), Add.s())
  // @ts-expect-error all arguments are given: there is no place for the result (si is what was meant)
  chain(Add.s(1, 2), Negate.s(3))
  // @ts-expect-error a list of numbers is no number
  chain(group(Add.s(1, 2), Add.s(3, 4)), Negate.s())
  // @ts-expect-error a number is no text, the first time
  chain(Add.s(1, 2), ...[1, 2].map(() => Find.s()))
  // @ts-expect-error a length is no text, the second time
  chain(Measure.s('a').pipe(Show.s()), ...[1, 2].map(() => Measure.s()))
  // @ts-expect-error a class is no signature
  chain(Add.s(1, 2), Negate)
  // @ts-expect-error a chain has a part
  chain()
}

export async function pipesAreChains() {
  const piped = Add.s(1, 2).pipe(Negate.s()).pipe(Show.s(1))
  expectTypeOf(piped).toEqualTypeOf<Chain<string, [], never>>()
  expectTypeOf(await (await piped.delay()).get()).toEqualTypeOf<string>()
  Add.s(1, 2).pipe(group(Show.s(), Negate.s())).pipe(Tidy.si())
  // @ts-expect-error a number is no text
  Add.s(1, 2).pipe(Measure.s())
  // @ts-expect-error text is no number
  piped.pipe(Negate.s())
}

export async function whatIsMissingAtFirstIsGivenToDelay() {
  const partial = chain(Add.s(2), Show.s())
  expectTypeOf(partial).toEqualTypeOf<Chain<string, [x: number], number>>()
  await partial.delay(1)
  expectTypeOf(await Add.s(2).delay(1)).toEqualTypeOf<AsyncResult<number>>()
  await Add.s().delay(1, 2)
  await partial.clone(1).applyAsync({ name: 'later' })
  expectTypeOf(Add.s(2).clone(1)).toEqualTypeOf<Signature<number>>()
  chain(Negate.s(1), partial)
  // @ts-expect-error x is missing
  await partial.delay()
  // @ts-expect-error x is a number
  await partial.delay('1')
  // @ts-expect-error x is missing
  await partial.applyAsync()
  // @ts-expect-error x is a number
  chain(Find.s('a'), partial)
}

export async function groupsComeToTheirMembersResults() {
  const mixed = group(Add.s(1, 2), Show.s(1), Log.si('text'))
  // biome-ignore lint/suspicious/noConfusingVoidType: the task returns nothing
  expectTypeOf(mixed).toEqualTypeOf<Group<[number, string, void], [], never>>()
  const many = group([1, 2].map((x) => Add.s(x, 1)))
  expectTypeOf(await (await many.delay()).get()).toEqualTypeOf<number[]>()
  const settled = group([Add.s(1, 2), Measure.s('a')], { allowFailures: true })
  expectTypeOf(await (await settled.delay()).get()).toEqualTypeOf<[Settled<number>, Settled<number>]>()
  const perhaps = group([Add.s(1, 2)], { allowFailures: Math.random() > 0.5 })
  expectTypeOf(await (await perhaps.delay()).get()).toEqualTypeOf<[number] | [Settled<number>]>()
  const partial = group(Negate.s(), Show.s())
  expectTypeOf(partial).toEqualTypeOf<Group<[number, string], [number], number>>()
  await partial.delay(1)
  await many.skew({ start: '1s', step: '100ms' }).delay()
  // @ts-expect-error every member needs a number
  await partial.delay()
  // @ts-expect-error both get the text, one takes a number
  chain(Find.s('a'), group(Measure.s(), Negate.s()))
  // @ts-expect-error settled results are no numbers
  chain(settled, Sum.s())
}

export async function bodiesTakeTheList() {
  const book = chord([Add.s(1, 2), Show.s(3)], Pair.s())
  expectTypeOf(book).toEqualTypeOf<Chord<{ count: number; text: string }, [], never>>()
  const sum = chord(
    [1, 2, 3].map((x) => Add.s(x, x)),
    Sum.s(),
  )
  expectTypeOf(await (await sum.delay()).get()).toEqualTypeOf<number>()
  expectTypeOf(chord([sum, sum], Sum.s())).toEqualTypeOf<Chord<number, [], never>>()
  chord(group(Add.s(1, 2), sum), Sum.s()).pipe(Show.s())
  chain(group(Add.s(1, 2), sum), Sum.s(), Show.s())
  chord([Add.s(1, 2)], Log.si('done'))
  // @ts-expect-error the body takes numbers
  chord([Add.s(1, 2), Show.s(1)], Sum.s())
  // @ts-expect-error the body takes one number
  chord([Add.s(1, 2)], Negate.s())
  // @ts-expect-error text and number are in the wrong order
  chord([Show.s(3), Add.s(1, 2)], Pair.s())
  // @ts-expect-error a chord of chords gives numbers
  chord([sum, sum], Measure.s())
}

export async function manyCallsInOneJob() {
  expectTypeOf(map(Negate, [1, 2])).toEqualTypeOf<Signature<number[], [], unknown>>()
  expectTypeOf(await (await starmap(resize, [['a', 1]]).delay()).get()).toEqualTypeOf<
    { path: string; width: number }[]
  >()
  expectTypeOf(await (await chunks(Add, [[1, 2]], 10).delay()).get()).toEqualTypeOf<number[][]>()
  chain(group(Add.s(1, 2), Add.s(3, 4)), map(Negate), map(Show))
  // @ts-expect-error texts are no numbers
  map(Negate, ['1'])
  // @ts-expect-error each needs two arguments
  starmap(Add, [[1]])
  // @ts-expect-error its lists are of numbers
  chunks(Add, [['1', '2']], 10)
  // @ts-expect-error a number is no list
  chain(Add.s(1, 2), map(Negate))
}

export function callbacksTakeTheResult() {
  expectTypeOf(Add.s(1).link(Show.s())).toEqualTypeOf<LinkedSignature<number, [x: number], number>>()
  chain(Add.s(1, 2), Show.s())
    .link(Measure.s())
    .linkError(Tidy.s())
    .onError(Log.si('failed'))
    .stamp({ shop: 'a' })
    .stamp(({ task }) => ({ task }))
    .set({ queue: 'sums' })
  Add.s(1, 2).onError(Report.s()).linkError(Report.s(3)).linkError(chain(Report.s(), Measure.s()))
  // @ts-expect-error a failure is no number
  Add.s(1, 2).onError(Negate.s())
  // @ts-expect-error all arguments are given: there is no place for the failure
  Add.s(1, 2).linkError(Negate.s(1))
  // @ts-expect-error a number is no text
  Add.s(1, 2).link(Measure.s())
  // @ts-expect-error there is no such option
  Add.s(1, 2).set({ delay: '5m' })
}

export function tasksOfOtherProgramsAreAsTold() {
  chain(signature<number>('prices.Total', [42]), Negate.s(), signature<string>('mail.Send'), Measure.s())
  // @ts-expect-error nobody said what it returns
  chain(signature('prices.Total', [42]), Negate.s())
  // @ts-expect-error it was said to return text
  chain(signature<string>('prices.Total', [42]), Negate.s())
}
