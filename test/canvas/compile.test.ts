import { describe, expect, test } from 'vitest'
import type { AnyCanvas } from '../../src/canvas/canvas.js'
import type { CanvasData } from '../../src/canvas/canvas-data.js'
import { chain } from '../../src/canvas/chain.js'
import { chord } from '../../src/canvas/chord.js'
import { compile } from '../../src/canvas/compile/compile.js'
import { group } from '../../src/canvas/group.js'
import { signature } from '../../src/canvas/signature.js'
import { signatureOf } from '../../src/canvas/signature-of.js'
import type { WorkflowNode } from '../../src/canvas/workflow-plan.js'

const s = (task: string) => signature(task)
const planOf = (canvas: AnyCanvas) => compile(canvas as unknown as CanvasData)

/** A node in the least words, in the order of contract and record. */
function write(node: WorkflowNode): string {
  switch (node.kind) {
    case 'task':
      return `${node.task} → ${node.next} | ${node.up}`
    case 'callback':
      return `(${node.task}) → ${node.next} | ${node.up}`
    case 'join':
      return `join ${node.size}${node.allowFailures ? ' all' : ''} → ${node.next} | ${node.up}`
    case 'fork':
      return `fork ${node.targets.join(' ')}`
    case 'pass':
      return `pass → ${node.next} | ${node.up}`
    case 'guard':
      return `guard ${node.targets.join(' ')} | ${node.up}`
  }
}

function nodesOf(canvas: AnyCanvas): string[] {
  const { nodes, start } = planOf(canvas)
  expect(nodes.map(({ index }) => index)).toEqual([...nodes.keys()])
  return [`start ${start.join(' ')}`, ...nodes.map(({ node }) => write(node))]
}

describe('compile', () => {
  test('makes a chain a row of tasks', () => {
    expect(nodesOf(chain(s('a'), s('b'), s('c')))).toEqual(['start 0', 'a → 1 | e', 'b → 2 | e', 'c → e | e'])
    expect(planOf(chain(s('a'), s('b')))).toMatchObject({ total: 2, shape: { kind: 'chain', parts: [0, 1] } })
  })

  test('makes a group a join of its members', () => {
    expect(nodesOf(group(s('a'), s('b')))).toEqual(['start 1 2', 'join 2 → e | e', 'a → 0.0 | 0.0', 'b → 0.1 | 0.1'])
    const nested = group(s('a'), s('b'), chain(s('c'), s('d')), s('e'))
    expect(planOf(nested).shape).toEqual({
      kind: 'group',
      join: 0,
      parts: [{ from: 1, to: 2 }, { kind: 'chain', parts: [3, 4] }, 5],
    })
  })

  test('makes a chord a join that goes on to its body', () => {
    const expected = ['start 1 2', 'join 2 → 3 | e', 'a → 0.0 | 0.0', 'b → 0.1 | 0.1', 'c → e | e']
    expect(nodesOf(chord([s('a'), s('b')], s('c')))).toEqual(expected)
    expect(nodesOf(chain(group(s('a'), s('b')), s('c')))).toEqual(expected)
    expect(planOf(chord([s('a'), s('b')], s('c'))).shape).toEqual({
      kind: 'chord',
      parts: [{ kind: 'group', parts: [{ from: 1, to: 2 }], join: 0 }, 3],
    })
  })

  test('forks to the members of a group that comes after something', () => {
    expect(nodesOf(chain(s('a'), group(s('b'), s('c'))))).toEqual([
      'start 0',
      'a → 4 | e',
      'join 2 → e | e',
      'b → 1.0 | 1.0',
      'c → 1.1 | 1.1',
      'fork 2 3',
    ])
  })

  test('passes an empty list on for a group without members', () => {
    expect(nodesOf(group())).toEqual(['start 0', 'pass → e | e'])
    expect(nodesOf(chord([], s('a')))).toEqual(['start 0', 'pass → 1 | e', 'a → e | e'])
    expect(nodesOf(chain(s('a'), group()))).toEqual(['start 0', 'a → 1 | e', 'pass → e | e'])
  })

  test('lets failures be in a group that allows them', () => {
    expect(nodesOf(group([s('a')], { allowFailures: true }))[1]).toBe('join 1 all → e | e')
  })

  test('forks to links, and counts no callbacks', () => {
    expect(nodesOf(s('a').link(s('b')))).toEqual(['start 0', 'a → 2 | e', '(b) → - | -', 'fork e 1'])
    expect(planOf(s('a').link(s('b')))).toMatchObject({ total: 1, shape: { kind: 'chain', parts: [0], links: [1] } })
    expect(nodesOf(chain(s('a').link(s('x').link(s('y'))), s('b')))).toEqual([
      'start 0',
      'a → 3 | e',
      '(x) → 2 | -',
      '(y) → - | -',
      'fork 4 1',
      'b → e | e',
    ])
  })

  test('guards what has error callbacks', () => {
    expect(
      nodesOf(
        chain(s('a'), s('b'))
          .onError(s('x'))
          .linkError(group(s('y'), s('z'))),
      ),
    ).toEqual([
      'start 0',
      'a → 1 | 6',
      'b → e | 6',
      '(x) → - | -',
      'join 2 → - | -',
      '(y) → 3.0 | 3.0',
      '(z) → 3.1 | 3.1',
      'guard 2 4 5 | e',
    ])
    expect(nodesOf(group(s('a').onError(s('x'))))).toEqual([
      'start 1',
      'join 1 → e | e',
      'a → 0.0 | 3',
      '(x) → - | -',
      'guard 2 | 0.0',
    ])
  })

  test('lets the error callbacks of what takes a list hear of its group’s failure', () => {
    expect(nodesOf(chord([s('a')], s('b').onError(s('x'))))).toEqual([
      'start 1',
      'join 1 → 2 | 4',
      'a → 0.0 | 0.0',
      'b → e | 4',
      '(x) → - | -',
      'guard 3 | e',
    ])
    const plain = nodesOf(chain(s('a'), s('b').onError(s('x'))))
    expect(plain).toEqual(['start 0', 'a → 1 | e', 'b → e | 3', '(x) → - | -', 'guard 2 | e'])
  })

  test('refuses more than 50,000 jobs, callbacks and empty groups counted', () => {
    const many = new Array<ReturnType<typeof s>>(50_000).fill(s('a'))
    expect(planOf(group(many)).total).toBe(50_000)
    expect(() => planOf(chord(many, s('b')))).toThrowError(
      expect.objectContaining({ code: 'TASKQ_WORKFLOW_TOO_LARGE', hint: expect.stringContaining('chunks') }),
    )
    expect(() => planOf(group(many).link(s('b')))).toThrowError(/at most 50000 jobs/)
    expect(() => planOf(group(new Array<AnyCanvas>(50_001).fill(group())))).toThrowError(/at most 50000 jobs/)
  })

  test('takes long chains, and refuses what is nested without end', () => {
    expect(planOf(chain(new Array<AnyCanvas>(20_000).fill(s('a')))).nodes).toHaveLength(20_000)
    let piped: AnyCanvas = s('a')
    for (let at = 1; at < 1000; at++) piped = piped.pipe(s('b'))
    expect(planOf(piped).nodes).toHaveLength(1000)
    let deep: AnyCanvas = s('a')
    for (let at = 0; at < 600; at++) deep = group([deep])
    expect(() => planOf(deep)).toThrowError(expect.objectContaining({ code: 'TASKQ_WORKFLOW_INVALID' }))
  })

  test('compiles what has travelled as JSON to the same', () => {
    const canvas = chain(s('a').link(s('l')), group(s('b'), s('c')).onError(s('x')), s('d').set({ priority: 3 }))
    const travelled = JSON.parse(JSON.stringify(canvas)) as CanvasData
    expect(JSON.stringify(compile(travelled))).toBe(JSON.stringify(planOf(canvas)))
    expect(JSON.stringify(signatureOf(travelled))).toBe(JSON.stringify(canvas))
  })
})
