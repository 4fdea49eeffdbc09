import { expect, test } from 'vitest'
import type { Shape } from '../../../src/canvas/workflow-plan.js'
import { cutShape } from '../../../src/engine/workflows/cut-shape.js'

const chord: Shape = { kind: 'chord', parts: [{ kind: 'group', join: 0, parts: [{ from: 1, to: 10_000 }] }, 10_001] }
const chains: Shape = {
  ...{ kind: 'group', join: 0 },
  parts: Array.from({ length: 1000 }, (_, index) => ({
    kind: 'chain' as const,
    parts: [1 + index * 2, 2 + index * 2],
  })),
}

test('of a large group the first members are shown, and what comes after it', () => {
  const { root, nodes } = cutShape(chord, 200)
  expect(nodes).toEqual([0, ...Array.from({ length: 20 }, (_, index) => index + 1), 10_001])
  expect(root).toMatchObject({ parts: [{ more: 9980 }, 10_001], more: 0 })
})

test('of a long chain the first links are shown', () => {
  const { root, nodes } = cutShape({ kind: 'chain', parts: [{ from: 0, to: 999 }] }, 200)
  expect(nodes.length).toBeLessThanOrEqual(200)
  expect(root).toMatchObject({ more: 1000 - nodes.length })
})

test('a node that is to be kept is shown wherever it is, with what it is a part of', () => {
  expect(cutShape(chord, 200, 7311).nodes.slice(-2)).toEqual([7311, 10_001])
  expect(cutShape(chord, 200, 7311).root).toMatchObject({ parts: [{ more: 9979 }, 10_001] })
  const { root, nodes } = cutShape(chains, 200, 1500)
  expect(nodes.slice(-2)).toEqual([1499, 1500])
  expect(root).toMatchObject({ more: 979 })
  expect(cutShape({ kind: 'chain', parts: [{ from: 0, to: 999 }] }, 100, 731).nodes.at(-1)).toBe(731)
})

test('a node that is shown anyway changes nothing, and neither does one that is not there', () => {
  expect(cutShape(chord, 200, 3)).toEqual(cutShape(chord, 200))
  expect(cutShape(chord, 200, 99_999)).toEqual(cutShape(chord, 200))
})
