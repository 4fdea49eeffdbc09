import { describe, expect, test } from 'vitest'
import type { AnyCanvas } from '../../src/canvas/canvas.js'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { group } from '../../src/canvas/group.js'
import { chunks, map, starmap } from '../../src/canvas/map.js'
import { signature } from '../../src/canvas/signature.js'
import { signatureOf } from '../../src/canvas/signature-of.js'
import { BaseTask } from '../../src/task/base-task.js'
import { defineTask } from '../../src/task/define-task.js'
import { Task } from '../../src/task/task.js'
import { recordEnqueued } from '../support/recording-enqueuer.js'

@Task({ name: 'refused.Shown' })
class Shown extends BaseTask {
  run(x: number) {
    return x
  }
}
class NoTask extends BaseTask {
  run(x: number) {
    return x
  }
}
const twice = defineTask({ name: 'refused.twice' }, (_, x: number) => x * 2)
const a = signature<number>('a')
/** What the compiler would not let through. */
const no = (value: unknown) => value as never

describe('what is no signature', () => {
  test.for<[string, () => unknown]>([
    ['chain: part 1: expected a signature, got undefined', () => chain(no(undefined))],
    ['chain: part 2: expected a signature, got undefined', () => chain(a, no(undefined))],
    ['chain: part 2: expected a signature, got null', () => chain(a, no(null))],
    ['chain: part 2: expected a signature, got the class Shown', () => chain(a, no(Shown))],
    ['chain: part 2: expected a signature, got the task refused.twice', () => chain(a, no(twice))],
    ['chain: part 2: expected a signature, got an array of 1', () => chain(a, no([a]))],
    ['chain: part 2: expected a signature, got a promise', () => chain(a, no(Promise.resolve()))],
    ['chain: parts: expected one part or more, got an array of 0', () => chain([])],
    ['chain: part 2: parts: expected one part', () => chain(a, no({ kind: 'chain', links: [], errorLinks: [] }))],
    ['pipe: expected a signature, got undefined', () => a.pipe(no(undefined))],
    ['link: expected a signature, got "b"', () => a.link(no('b'))],
    ['onError: expected a signature, got undefined', () => a.onError(no(undefined))],
    ['group: member 2: expected a signature, got 5', () => group([a, no(5)])],
    ['group: member 1: expected a signature, got undefined', () => group(no(Array(2)))],
    ['chord: body: expected a signature, got undefined', () => chord([a], no(undefined))],
    ['chord: header: expected a group, or a list of signatures, got a signature', () => chord(no(a), a)],
    ['signature: task: expected', () => signature('no name')],
    ['signature: args: expected a list of arguments, got "b"', () => signature('a', no('b'))],
    ['signatureOf: expected a signature, got an object', () => signatureOf(no({}))],
  ])('is refused with its place: %s', ([message, make]) => {
    expect(make).toThrowError(
      expect.objectContaining({
        code: 'TASKQ_WORKFLOW_INVALID',
        message: expect.stringContaining(message),
        hint: expect.stringContaining('.s('),
      }),
    )
  })

  test('and was sent already is told from what was not', async () => {
    recordEnqueued()
    const handle = Object.assign(await twice.delay(1), { get: async () => 2 })
    const refused = {
      message: 'chain: part 1: expected a signature, got a handle of "j1", which is sent already',
      hint: expect.stringContaining('delay() and applyAsync() send at once'),
    }
    expect(() => chain(no(handle), a)).toThrowError(expect.objectContaining(refused))
    expect(() => group(no(Promise.resolve(handle)))).toThrowError(expect.objectContaining({ hint: refused.hint }))
  })
})

describe('options of a group', () => {
  test.for<[unknown, string]>([
    [{ allowFailure: true }, 'allowFailure: expected one of allowFailures, got an unknown key (did you mean'],
    [true, 'group: options: expected an object, got true'],
    [null, 'got null'],
    [a, 'got a signature'],
    [{ allowFailures: 'yes' }, 'allowFailures: expected true or false, got "yes"'],
  ])('that nobody would look at are refused: %s', ([options, message]) => {
    expect(() => group([a], no(options))).toThrowError(
      expect.objectContaining({ code: 'TASKQ_WORKFLOW_INVALID', message: expect.stringContaining(message) }),
    )
  })

  test('may be left out', () => {
    expect(group([a], undefined)).toMatchObject({ allowFailures: false })
    expect(group([a], {})).toMatchObject({ allowFailures: false })
  })
})

describe('options and headers', () => {
  test.for<[string, () => unknown]>([
    ['set: expected an object, got undefined', () => a.set(no(undefined))],
    ['set: expected an object, got a signature', () => a.set(no(a))],
    ['stamp: expected an object, got "x"', () => a.stamp(no('x'))],
    ['skew: expected an object, got 5', () => group([a]).skew(no(5))],
    ['skew.every: expected one of start, stop, step, got an unknown key', () => group([a]).skew(no({ every: '1s' }))],
  ])('that nobody would look at are refused: %s', ([message, make]) => {
    expect(make).toThrowError(
      expect.objectContaining({ code: 'TASKQ_WORKFLOW_INVALID', message: expect.stringContaining(message) }),
    )
  })
})

describe('many calls of one task', () => {
  test.for<[string, () => unknown]>([
    [
      'map: task: expected a task: a class with @Task, or what defineTask made, got "Shown"',
      () => map(no('Shown'), no([1])),
    ],
    [
      'map: task: expected a task: a class with @Task, or what defineTask made, got a sig',
      () => map(no(Shown.s()), no([5])),
    ],
    [
      'chunks: task: expected a task: a class with @Task, or what defineTask made, got null',
      () => chunks(no(null), [], 1),
    ],
    ['map: items: expected a list, got 5', () => map(Shown, no(5))],
    ['starmap: argLists: expected a list of lists of arguments, got "ab"', () => starmap(Shown, no('ab'))],
    ['starmap: argLists[1]: expected a list of arguments, got 5', () => starmap(Shown, no([[1], 5]))],
    ['chunks: argLists: expected a list of lists of arguments, got null', () => chunks(twice, no(null), 3)],
    ['chunks: argLists[0]: expected a list of arguments, got 5', () => chunks(twice, no(new Set([5])), 3)],
    ['chunks: size: expected a whole number of 1 or more, got 0', () => chunks(twice, [[1]], 0)],
  ])('are refused where they are no calls: %s', ([message, make]) => {
    expect(make).toThrowError(
      expect.objectContaining({ code: 'TASKQ_WORKFLOW_INVALID', message: expect.stringContaining(message) }),
    )
  })

  test('need a class that is a task', () => {
    expect(() => map(NoTask, [1])).toThrowError(/NoTask has no @Task decorator of its own/)
  })
})

test('the depth of a workflow is bounded, and it says so when it is sent', async () => {
  const { compile } = await import('../../src/canvas/compile/compile.js')
  let deep: AnyCanvas = a as unknown as AnyCanvas
  for (let depth = 0; depth < 600; depth++) deep = group(deep)
  expect(() => compile(deep as unknown as CanvasData)).toThrowError(
    expect.objectContaining({ code: 'TASKQ_WORKFLOW_INVALID', hint: expect.any(String) }),
  )
})
