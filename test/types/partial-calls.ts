// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import { expectTypeOf } from 'vitest'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { map, starmap } from '../../src/canvas/map.js'
import type { Signature } from '../../src/canvas/signature.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { Task } from '../../src/task/task.js'

@Task()
class Count extends BaseTask {
  run(x: number) {
    return x
  }
}
@Task()
class Publish extends BaseTask {
  run(sizes: readonly number[], album: string, tags: readonly string[] = [], isDraft = false) {
    return { sizes, album, tags, isDraft }
  }
}
@Task()
class Note extends BaseTask {
  run(x: number, text?: string, isLoud?: boolean) {
    return `${x} ${text} ${isLoud}`
  }
}
@Task()
class Join extends BaseTask {
  run(x: number, ...texts: string[]) {
    return `${x} ${texts.join()}`
  }
}
@Task()
class Add extends BaseTask {
  run(x: number, y: number) {
    return x + y
  }
}
@Task()
class Tidy extends BaseTask {
  run() {
    return true
  }
}
@Task()
class Convert extends BaseTask {
  run(path: string, format: 'webp' | 'png') {
    return `${path}.${format}`
  }
}
const store = defineTask({ name: 'partial.store' }, (_, mode: 'add' | 'replace', ids: number[], value: unknown) => {
  return { mode, ids, value }
})
const resize = defineTask({ name: 'partial.resize' }, (_, path: string, width: number) => ({ path, width }))
const measure = defineTask({ name: 'partial.measure' }, (_, path: string, isDeep?: boolean) => path.length + +!!isDeep)

export async function optionalArgumentsBehindThoseGivenMayBeLeftOut() {
  expectTypeOf(Note.s('x')).toEqualTypeOf<Signature<string, [x: number], number>>()
  chord([Count.s(1)], Publish.s('cats'))
  chord([Count.s(1)], Publish.s('cats', ['small']))
  chord([Count.s(1)], Publish.s('cats', ['small'], true))
  chain(Count.s(1), Note.s(), Count.si(1), Note.s('x'), Count.si(1), Note.s('x', true))
  await Note.s('x').delay(1)
  await Note.s('x', true).clone(1).delay()
  // @ts-expect-error the text would be where the truth is
  Note.s('x').clone(1, 'b')
  // @ts-expect-error the text would be where the truth is
  await Note.s('x').delay(1, 'b')
  // @ts-expect-error the number is missing
  await Note.s('x').delay()
  // @ts-expect-error a number is no list of sizes
  chain(Count.s(1), Publish.s('cats'))
  // @ts-expect-error the album is missing
  chord([Count.s(1)], Publish.s(['small'], true))
}

export async function anyNumberOfArgumentsMayBeGiven() {
  chain(Count.s(1), Join.s(), Count.si(1), Join.s('x'), Count.si(1), Join.s('x', 'y'))
  await Join.s('x', 'y').delay(1)
  // @ts-expect-error the number is missing
  await Join.s('x').delay()
  // @ts-expect-error there is one number
  await Join.s('x').delay(1, 2)
}

export function mapGivesOneArgument() {
  expectTypeOf(map(Note, [1, 2])).toEqualTypeOf<Signature<string[], [], unknown>>()
  expectTypeOf(map(Join)).toEqualTypeOf<Signature<string[], [items: readonly number[]], readonly number[]>>()
  expectTypeOf(map(measure, ['a'])).toEqualTypeOf<Signature<number[], [], unknown>>()
  starmap(Add, [[1, 2]])
  // @ts-expect-error it needs two
  map(Add, [1, 2])
  // @ts-expect-error it needs two, whenever the list comes
  map(Add)
  // @ts-expect-error it needs two
  map(resize, ['a.png'])
  // @ts-expect-error it takes none
  map(Tidy, [1])
}

export async function argumentsOfFewValuesAreKnownBesideOthers() {
  expectTypeOf(Convert.s('webp')).toEqualTypeOf<Signature<string, [string], string>>()
  expectTypeOf(Convert.s('cat', 'webp')).toEqualTypeOf<Signature<string, [], never>>()
  expectTypeOf(store.s('add', [1, 2], { tags: ['a'] }).delay).toBeCallableWith()
  await store.s([1, 2], 'x').delay('add')
  chain(Note.s(1), Convert.s('png'))
  // @ts-expect-error the path is missing
  await Convert.s('webp').delay()
  // @ts-expect-error there is no such mode
  await store.s([1, 2], 'x').delay('drop')
  // @ts-expect-error there is no such format
  chain(Note.s(1), Convert.s('gif'))
}

export function optionsThatNoPartCanHave() {
  const pair = chain(Count.s(1), Note.s())
  pair.set({ queue: 'q', priority: 1 })
  Count.s(1).set({ taskId: 'mine', unique: true })
  // @ts-expect-error its parts cannot all have one id
  pair.set({ taskId: 'mine' })
  // @ts-expect-error each part is a job of its own
  pair.set({ unique: true })
}
