import { expect, test } from 'vitest'
import type { ShownWorkflow } from '../../src/app/show-workflow.js'
import { presentQueried } from '../../src/cli/presenters/inspect.js'
import { presentResult, resultJson } from '../../src/cli/presenters/result.js'
import { presentRevoked } from '../../src/cli/presenters/revoke.js'
import { presentWorkflow } from '../../src/cli/presenters/workflow-result.js'
import { presentWorkflowsStatus } from '../../src/cli/presenters/workflows.js'
import type { WorkflowTree } from '../../src/task/workflow-result.js'
import { UNSAFE } from './cli-project.js'

const AT = Date.UTC(2026, 10, 21, 12)
const EVIL = 'Pay\u001b[31m\u202e\u0007'

const tree: WorkflowTree = {
  ...{ kind: 'chain', state: 'failed', id: 'w_u_7' },
  parts: [
    { kind: 'task', state: 'succeeded', task: 'Pay', id: 'w_u_7~0' },
    { kind: 'task', state: 'dead', task: 'Send', id: 'w_u_7~1', error: 'TypeError: fetch failed' },
  ],
}
const failed: ShownWorkflow = {
  workflow: {
    ...{ id: 'w_u_7', name: 'order 7', state: 'failed', jobs: { done: 1, failed: 1, total: 2 } },
    ...{
      createdAt: '2026-11-21T11:59:00.000Z',
      finishedAt: '2026-11-21T11:59:01.000Z',
      parent: 'mwqu2ncn7YaA1XCvgXja',
    },
    ...{ cause: { id: 'w_u_7~1', task: 'Send' }, error: { name: 'TypeError', message: 'fetch failed' } },
  },
  failed: true,
  tree,
}

test('a workflow is told with how far it is, what made it fail, and its tree', () => {
  expect(presentWorkflow(failed).split('\n')).toEqual([
    'workflow  w_u_7',
    'name      order 7',
    'state     failed',
    'jobs      1 of 2 succeeded, 1 failed',
    'made by   mwqu2ncn7YaA1XCvgXja',
    'made      2026-11-21T11:59:00.000Z',
    'ended     2026-11-21T11:59:01.000Z',
    'failed at Send w_u_7~1',
    'error',
    '  TypeError: fetch failed',
    '✖ chain  failed',
    '├─ ✔ Pay  succeeded  w_u_7~0',
    '└─ ✖ Send  dead  w_u_7~1  TypeError: fetch failed',
  ])
})

test('what a workflow came to is shown as JSON', () => {
  const { error: _error, cause: _cause, ...workflow } = failed.workflow
  const text = presentWorkflow({
    workflow: { ...workflow, state: 'succeeded', result: [1, 2] },
    failed: false,
    tree: undefined,
  })
  expect(text).toContain('result    [\n  1,\n  2\n]')
})

test('a part that is no job tells its workflow and why it never ran, and nothing that only jobs have', () => {
  const error = { name: 'TaskqError', message: 'will not run: Send (w_u_7~1) before it failed' }
  const job = { id: 'w_u_7~2', task: 'Update', state: 'failed', workflow: 'w_u_7', error } as const
  const shown = { job, failed: true, logs: undefined, tree }
  expect(presentResult(shown).split('\n').slice(0, 6)).toEqual([
    'job       w_u_7~2',
    'task      Update',
    'workflow  w_u_7',
    'state     failed',
    'error',
    '  TaskqError: will not run: Send (w_u_7~1) before it failed',
  ])
  expect(resultJson(shown)).toEqual({ ...job, tree })
})

test('nothing of a workflow reaches a terminal that it would obey', () => {
  const { workflow } = failed
  const evil: WorkflowTree = { ...tree, parts: [{ kind: 'task', state: 'dead', task: EVIL, id: EVIL, error: EVIL }] }
  const cause = { id: EVIL, task: EVIL }
  const text = presentWorkflow({ workflow: { ...workflow, name: EVIL, cause }, failed: true, tree: evil })
  expect(text).not.toMatch(UNSAFE)
  const row = { id: EVIL, name: EVIL, state: 'failed', done: 0, failed: 1, total: 1, createdAt: AT } as const
  const counts = { running: 0, succeeded: 0, failed: 1, revoked: 0, total: 1 }
  expect(presentWorkflowsStatus({ counts, newest: [row] }, AT).join('\n')).not.toMatch(UNSAFE)
})

test('the status tells how many stand how, and of how many that is', () => {
  const row = { id: 'w_u_7', name: 'order 7', state: 'running', done: 1, failed: 0, total: 3, createdAt: AT } as const
  const lines = (total: number) =>
    presentWorkflowsStatus({ counts: { running: 1, succeeded: 999, failed: 0, revoked: 0, total }, newest: [row] }, AT)
  expect(lines(1000)[1]).toBe('workflows  1 running, 999 succeeded')
  expect(lines(5000)[1]).toBe('workflows  1 running, 999 succeeded, of the newest 1,000 of 5,000')
  expect(lines(1000)[2]).toContain('order 7   running  1/3')
  expect(
    presentWorkflowsStatus({ counts: { running: 0, succeeded: 0, failed: 0, revoked: 0, total: 0 }, newest: [] }, AT),
  ).toEqual([])
})

test('a revoke tells of workflows and their parts in their own words', () => {
  const said = presentRevoked([
    { id: 'w_a', outcome: 'told' },
    { id: 'w_b', outcome: 'removed' },
    { id: 'w_c', outcome: 'unknown' },
    { id: 'w_c~1', outcome: 'unknown' },
  ]).split('\n')
  expect(said).toEqual([
    'w_a    revoked: what has not run never runs; its jobs that run are told to end',
    'w_b    revoked: nothing of it runs, and nothing will',
    'w_c    no such workflow',
    'w_c~1  no such job: its workflow has no such part, or it is gone',
  ])
})

test('a workflow that is asked for among jobs is told by its name', () => {
  const { id, name, state, jobs, createdAt } = failed.workflow
  const lines = presentQueried([{ id, name: EVIL + name, state, jobs, createdAt }]).split('\n')
  expect(lines.at(-1)).toMatch(/^w_u_7 +failed +workflow .*order 7 +- +- +-$/)
  expect(lines.join()).not.toMatch(UNSAFE)
})

test('a job that waits for a workflow names it', () => {
  const job = {
    id: 'j',
    task: 'Report',
    state: 'blocked' as const,
    waitsFor: 'w_u_7',
    putAside: 'it ends as w_u_7 does',
  }
  expect(presentResult({ job, failed: false, logs: undefined }).split('\n')).toEqual([
    ...['job       j', 'task      Report', 'state     blocked', 'waits for w_u_7'],
  ])
})
