import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from '../../src/canvas/compile/compile.js'
import { disagreements } from './agreement.js'
import { arbitraryCanvas } from './arbitrary-canvas.js'
import { interpret } from './interpreter.js'
import { simulate } from './simulator.js'

/** Numbers as random as the seed, the same each time. */
function picker(seed: number): (count: number) => number {
  let state = seed >>> 0
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
}

for (const failsOneIn of [0, 3, 12]) {
  const kind = failsOneIn === 0 ? 'in which nothing fails' : `in which one job in ${failsOneIn} fails`
  test(`random workflows ${kind} do by their plans what they mean`, () => {
    fc.assert(
      fc.property(arbitraryCanvas({ failsOneIn }), fc.integer(), (canvas, seed) => {
        const plan = compile(canvas)
        const expected = interpret(canvas)
        expect(plan.total).toBe(expected.total)
        expect(disagreements(expected, simulate(plan, picker(seed)))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })
}

test('random workflows are as large and as deep as users make them', () => {
  const sizes = fc.sample(arbitraryCanvas(), { numRuns: 1000, seed: 1 }).map((canvas) => compile(canvas).nodes.length)
  expect(sizes.filter((size) => size > 5).length).toBeGreaterThan(200)
  expect(sizes.filter((size) => size > 20).length).toBeGreaterThan(20)
})
