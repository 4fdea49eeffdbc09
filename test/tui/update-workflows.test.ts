import { expect, test } from 'vitest'
import type { WorkflowDetail } from '../../src/control/workflows/workflow-view.ts'
import { footerKeys } from '../../src/tui/footer-keys.ts'
import { makeJobDetail, makeState, makeWorkflowDetail, WORKFLOWS, withCursor } from './fixtures.ts'
import { play, press, typed } from './play.ts'
import { screen } from './terminal.ts'

const [first, album, broken] = WORKFLOWS.rows.map(({ id }) => id) as [string, string, string]
const list = makeState({ view: 'workflows' })
const page = play(press(withCursor(list, 'workflows', album), 'enter').state, {
  ...{ kind: 'workflow', id: album, detail: makeWorkflowDetail() },
}).state

test('Enter reads the workflow under the cursor, again at every look, and Esc goes back to the list', () => {
  const entered = press(withCursor(list, 'workflows', album), 'enter')
  expect(entered.effects).toEqual([{ kind: 'load-workflow', id: album }])
  expect(screen(entered.state, 80, 24)).toContain('Reading…')
  expect(play(page, { kind: 'poll' }).effects).toContainEqual({ kind: 'load-workflow', id: album })
  expect(press(page, 'esc').state.pages).toEqual([])
  expect(play(list, { kind: 'poll' }).effects).toContainEqual({ kind: 'load-workflows' })
})

test('one that is gone is told so', () => {
  const gone = play(page, { kind: 'workflow', id: album, detail: undefined }).state
  expect(screen(gone, 80, 24)).toContain('there is no such workflow any more')
})

test('the cursor moves in the tree and stays on its part while the tree grows', () => {
  const at = press(page, 'j', 'j').state
  expect(at.lists.parts.cursor).toBe('0.0')
  const lines = makeWorkflowDetail().lines.filter(({ key }) => key !== '0')
  expect(play(at, { kind: 'workflow', id: album, detail: makeWorkflowDetail({ lines }) }).state.lists.parts.index).toBe(
    1,
  )
})

test("Enter on a part shows its job's page; on what is no job it says so", () => {
  expect(press(page, 'j', 'j', 'enter').effects).toEqual([{ kind: 'load-job', id: `${album}~0` }])
  expect(press(page, 'enter').state.notice?.text).toContain('no job')
})

test('Enter on the page of a part shows its workflow, on that of another job that there is none', () => {
  const job = press(page, 'j', 'j', 'enter').state
  expect(press(job, 'enter').effects).toEqual([{ kind: 'load-workflow', id: album }])
  const alone = press(makeState({ view: 'jobs' }), 'enter', 'enter').state
  expect(alone.notice?.text).toBe('this job is no part of a workflow')
})

test('r runs the failed jobs of the workflow again, or of those that are selected', () => {
  const act = (ids: readonly string[]) => [{ action: { kind: 'workflows', verb: 'retry', ids } }]
  expect(press(page, 'r').effects).toMatchObject(act([album]))
  expect(press(withCursor(list, 'workflows', broken), 'r').effects).toMatchObject(act([broken]))
  expect(press(list, 'x', 'x', 'r').effects).toMatchObject(act([first, album]))
})

test('keys that would be refused are not offered: what has ended cannot be revoked, what was revoked not retried', () => {
  const keysOn = (facts: Partial<WorkflowDetail>) => {
    const detail = makeWorkflowDetail(facts)
    const { state } = play(page, { kind: 'workflow', id: album, detail })
    return footerKeys(state).flatMap(({ key }) => (key === 'r' || key === 'c' ? [key] : []))
  }
  expect(keysOn({ state: 'running', failed: 1 })).toEqual(['r', 'c'])
  expect(keysOn({ state: 'running', failed: 0 })).toEqual(['c'])
  expect(keysOn({ state: 'failed', failed: 1 })).toEqual(['r'])
  expect(keysOn({ state: 'revoked', failed: 1 })).toEqual([])
  expect(keysOn({ state: 'succeeded', failed: 0 })).toEqual([])
})

test('c asks before it revokes, and names what', () => {
  const asked = press(page, 'c')
  expect(asked.effects).toEqual([])
  expect(screen(asked.state, 80, 24)).toContain(`album 4711 ${album}`)
  expect(press(asked.state, 'n').effects).toEqual([])
  expect(press(asked.state, 'y').effects).toMatchObject([
    { action: { kind: 'workflows', verb: 'revoke', ids: [album] } },
  ])
})

test('the list is filtered by name, state and cause', () => {
  const shown = (text: string) => screen(press(list, '/', ...typed(text), 'enter').state, 120, 24)
  expect(shown('fetch failed')).toContain('SendReceipt')
  expect(shown('fetch failed')).not.toContain('album')
  expect(shown('revoked')).toContain('wrong customer')
})

test(':workflow ID shows it', () => {
  const { effects } = press(makeState(), ':', ...typed('workflow w_u_Order'), 'enter')
  expect(effects).toEqual([{ kind: 'load-workflow', id: 'w_u_Order' }])
})

test("a job's page names the workflow that it is a part of, or says that there is no job of it", () => {
  const id = `${album}~0`
  const { state } = press(page, 'j', 'j', 'enter')
  const found = play(state, { kind: 'job', id, detail: makeJobDetail({ id, workflow: album }) }).state
  expect(screen(found, 80, 24)).toContain(`workflow  ${album}`)
  const missing = screen(play(state, { kind: 'job', id, detail: undefined }).state, 60, 24)
  expect(missing).toContain('There is no job of this part: its turn has not come')
  expect(missing).toContain('its time is over.')
})
