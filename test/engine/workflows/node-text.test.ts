import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Target, WorkflowNode } from '../../../src/canvas/workflow-plan.js'
import { nodeText, numberIn, parseNode, targetsText } from '../../../src/engine/workflows/node-text.js'

const number = fc.nat({ max: 50_000 })
const target = fc.oneof(
  fc.constantFrom<Target>('e', '-'),
  number.map((index): Target => `${index}`),
  fc.tuple(number, number).map(([join, slot]) => `${join}.${slot}` as Target),
)
const targets = fc.array(target, { minLength: 1, maxLength: 40 })
const name = fc.constantFrom('send', 'a|b', 'mail/send$', 'x')
const node: fc.Arbitrary<WorkflowNode> = fc.oneof(
  fc.record({ kind: fc.constantFrom('task' as const, 'callback' as const), next: target, up: target, task: name }),
  fc.record({
    kind: fc.constant('join' as const),
    next: target,
    up: target,
    size: number,
    allowFailures: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('fork' as const), targets }),
  fc.record({ kind: fc.constant('pass' as const), next: target, up: target }),
  fc.record({ kind: fc.constant('guard' as const), targets, up: target }),
)

describe('a node', () => {
  test('is read as it was written, whichever of its targets become jobs', () => {
    fc.assert(
      fc.property(node, fc.func(fc.boolean()), (given, isTask) => {
        expect(parseNode(nodeText(given, isTask))).toEqual(given)
      }),
    )
  })

  test('is short however many it goes to', () => {
    const wide = (step: number) => Array.from({ length: 50_000 }, (_, at) => `${7 + at * step}` as Target)
    expect(targetsText(wide(1), () => true)).toBe('*7-50006/1')
    expect(targetsText(wide(3), () => true)).toBe('*7-150004/3')
    expect(targetsText(['1', '2', '3', '4', '9', '11', 'e', '5'], (index) => index !== 4)).toBe('*1-3/1,4,9,11,e,5')
    expect(targetsText(['3', '2', '1'], () => true)).toBe('3,2,1')
  })

  test.each(['', 'x', 'null', '{}', null, undefined])('is none where it is %s', (text) => {
    expect(parseNode(text)).toBeUndefined()
  })
})

test.each(['-1', '1.5', 'x', '1e999', null])('%s is no number that was stored', (text) => {
  expect(numberIn(text)).toBe(0)
})
