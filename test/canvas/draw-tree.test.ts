import { expect, test } from 'vitest'
import { drawTree, treeLines } from '../../src/canvas/draw-tree.ts'
import type { WorkflowTree } from '../../src/task/workflow-result.ts'

const task = (node: number, state: WorkflowTree['state'], facts: Partial<WorkflowTree> = {}): WorkflowTree => ({
  ...{ kind: 'task', state, task: 'Resize', id: `w_a~${node}` },
  ...facts,
})

const album: WorkflowTree = {
  ...{ kind: 'chord', state: 'active', id: 'w_a' },
  parts: [
    {
      ...{ kind: 'group', state: 'active', more: 9_998, progress: { done: 9_000, failed: 1, total: 10_000 } },
      parts: [task(0, 'succeeded'), task(1, 'dead', { error: 'Error: no such image' })],
    },
    task(2, 'blocked', { task: 'Album' }),
    {
      ...{ kind: 'chain', state: 'blocked', role: 'error-link' },
      parts: [task(3, 'blocked', { task: 'Tell' }), task(4, 'blocked', { task: 'Clean', role: 'link' })],
    },
  ],
}

test('a workflow is drawn with what each part is made of beneath it, its state, its job and why it failed', () => {
  expect(drawTree(album)).toBe(
    [
      '▸ chord  active',
      '├─ ▸ group of 10,000  active  9,000 succeeded, 1 failed',
      '│  ├─ ✔ Resize  succeeded  w_a~0',
      '│  ├─ ✖ Resize  dead  w_a~1  Error: no such image',
      '│  └─ … 9,998 more',
      '├─ ◇ Album  blocked  w_a~2',
      '└─ ◇ on error chain  blocked',
      '   ├─ ◇ Tell  blocked  w_a~3',
      '   └─ ◇ then Clean  blocked  w_a~4',
    ].join('\n'),
  )
})

test('each line has a key of its own, which says where it is', () => {
  const keys = treeLines(album).map(({ key }) => key)
  expect(keys).toEqual(['', '0', '0.0', '0.1', '0+', '1', '2', '2.0', '2.1'])
})

test('what will not run any more, since something before it failed, is told so', () => {
  const parts = [task(0, 'dead', { error: 'Error: no' }), task(1, 'failed'), task(2, 'revoked')]
  expect(drawTree({ kind: 'chain', state: 'failed', parts }).split('\n').slice(2)).toEqual([
    '├─ ✖ Resize  failed  never ran  w_a~1',
    '└─ ⊘ Resize  revoked  never ran  w_a~2',
  ])
})

test('callbacks of a group are none of its members', () => {
  const group: WorkflowTree = {
    ...{ kind: 'group', state: 'active' },
    parts: [task(0, 'active'), task(1, 'active'), task(2, 'blocked', { role: 'link' })],
  }
  expect(drawTree(group)).toContain('group of 2  active')
})

test('a chain of a thousand links is as many lines', () => {
  const parts = Array.from({ length: 1000 }, (_, node) => task(node, 'queued'))
  expect(treeLines({ kind: 'chain', state: 'active', parts })).toHaveLength(1001)
})
