import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { TaskqError } from '../../src/errors/taskq-error.ts'
import * as frame from '../../src/tui/frame.ts'
import { type DashboardOptions, runDashboard } from '../../src/tui/run-dashboard.ts'
import type { ViewName } from '../../src/tui/state.ts'
import { FakeDashboard } from './fake-dashboard.ts'
import { FakeTerminal } from './fake-terminal.ts'

/** What tells that a view has its first answer. */
const FIRST: Partial<Record<ViewName, string>> & { queues: string } = {
  queues: 'payments-of-the-eu',
  jobs: '0aB3dE5fG7hJ9k',
  events: 'redis://localhost',
}

const LOST = new TaskqError('TASKQ_BROKER_UNREACHABLE', 'redis://localhost:6379 does not answer')

/** A dashboard on a terminal, both in memory; it has quit when the test ends. */
async function open(options: Partial<DashboardOptions> = {}, size: [number, number] = [100, 30]) {
  const terminal = new FakeTerminal(...size)
  const app = new FakeDashboard()
  const stderr = new PassThrough()
  const given = { refreshMs: 100, readOnly: false, ascii: false, color: true, ...options }
  const ended = runDashboard(app, { ...given, stdin: terminal.stdin, stdout: terminal.stdout, stderr })
  onTestFinished(async () => {
    terminal.press('\u0003')
    await ended
  })
  await terminal.shows(FIRST[options.view ?? 'queues'] ?? FIRST.queues)
  return { terminal, app, ended, stderr }
}

describe('a dashboard in a terminal', () => {
  test('fills the other screen, and leaves the first as it was', async () => {
    const { terminal, ended } = await open()
    expect(terminal.isInAlternateScreen).toBe(true)
    expect(terminal.rawMode).toBe(true)
    terminal.press('q')
    await ended
    expect(terminal.isRestored).toBe(true)
    expect(terminal.stdin.isPaused()).toBe(true)
  })

  test('quits by Ctrl-C, whatever lies over the view', async () => {
    const { terminal, ended } = await open()
    terminal.press(':')
    await terminal.shows('Commands')
    terminal.press('\u0003')
    await ended
    expect(terminal.isRestored).toBe(true)
  })

  test('looks again and again, but not while it is frozen', async () => {
    const { terminal, app } = await open()
    await vi.waitFor(() => expect(app.overviews).toBeGreaterThan(3))
    terminal.press(' ')
    await terminal.shows(/frozen/i)
    const seen = app.overviews
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(app.overviews - seen).toBeLessThanOrEqual(1)
    terminal.press(' ')
    await vi.waitFor(() => expect(app.overviews).toBeGreaterThan(seen + 2))
  })

  test('reads keys that come at once, one by one', async () => {
    const { terminal, app } = await open()
    terminal.press(':jobs dead emails\r')
    await vi.waitFor(() => expect(app.filters).toContainEqual({ place: 'dead', queue: 'emails' }))
  })

  test('asks the broker for what was typed once typing rests', async () => {
    const { terminal, app } = await open({ view: 'jobs' })
    terminal.press('/')
    terminal.press('u_43')
    await vi.waitFor(() => expect(app.filters).toContainEqual({ place: 'active', text: 'u_43' }))
    expect(app.filters.filter(({ text }) => text !== undefined && text !== 'u_43')).toEqual([])
  })

  test('does what is confirmed, and says what came of it', async () => {
    const { terminal, app } = await open({ view: 'jobs' })
    terminal.press('c')
    await terminal.shows('Revoke 1 job?')
    expect(app.actions).toEqual([])
    terminal.press('y')
    await terminal.shows('1 job runs again')
    expect(app.actions).toEqual([{ kind: 'jobs', verb: 'revoke', ids: ['mi7k2x0aB3dE5fG7hJ9k'] }])
  })

  test('takes no key of pasted text for an order', async () => {
    const { terminal, app } = await open({ view: 'jobs' })
    terminal.press('\u001b[200~cy\u001b[201~')
    await terminal.shows('pasted')
    expect(app.actions).toEqual([])
  })

  test('answers no question by keys that came before it was asked', async () => {
    const { terminal, app } = await open({ view: 'jobs' })
    terminal.press('cy')
    await terminal.shows('Revoke 1 job?')
    expect(app.actions).toEqual([])
  })
})

describe('a dashboard that meets trouble', () => {
  test('draws itself anew when the window changes', async () => {
    const { terminal } = await open({}, [100, 30])
    terminal.clear()
    terminal.resize(64, 20)
    await terminal.shows('payments-of')
    const longest = Math.max(...terminal.text.split('\n').map((line) => line.trimEnd().length))
    expect(longest).toBeLessThanOrEqual(64)
    terminal.clear()
    terminal.resize(40, 10)
    await terminal.shows('60 × 15')
  })

  test('goes on by itself after the broker was lost', async () => {
    const { terminal, app } = await open()
    app.outage = LOST
    await terminal.shows('does not answer')
    expect(terminal.isInAlternateScreen).toBe(true)
    terminal.clear()
    app.outage = undefined
    await terminal.shows('the broker answers again')
  })

  test('shows events as they happen', async () => {
    const { terminal, app } = await open({ view: 'events' })
    await vi.waitFor(() => expect(app.isWatched).toBe(true))
    app.send({ events: [{ name: 'job.started', at: Date.now(), worker: 'mailer@web-9', task: 'Poll' }], dropped: 0 })
    await terminal.shows('mailer@web-9')
  })

  test('copies by the terminal', async () => {
    const { terminal } = await open()
    terminal.press('y')
    await terminal.shows("sent to the terminal's clipboard: default")
    expect(terminal.written).toContain(`\u001b]52;c;${Buffer.from('default').toString('base64')}\u0007`)
  })

  test('gives the terminal to the pager, and takes it back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'taskq-pager-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const pager = join(folder, 'pager')
    writeFileSync(pager, `#!/bin/sh\ncat > "${folder}/seen"\n`)
    chmodSync(pager, 0o755)
    vi.stubEnv('PAGER', pager)
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const { terminal } = await open({ view: 'jobs' })
    terminal.clear()
    terminal.press('e')
    await vi.waitFor(() => expect(terminal.written).toMatch(/\[\?1049l[\s\S]*\[\?1049h/))
    expect(JSON.parse(readFileSync(join(folder, 'seen'), 'utf8'))).toMatchObject({ id: 'mi7k2x0aB3dE5fG7hJ9k' })
    await terminal.shows('0aB3dE5fG7hJ9k')
  })

  test('says that it cannot draw, goes on, and tells of the fault at the end', async () => {
    const { terminal, ended, stderr } = await open()
    const drawing = vi.spyOn(frame, 'renderFrame').mockImplementation(() => {
      throw new TypeError('no such row')
    })
    onTestFinished(() => drawing.mockRestore())
    terminal.press('2')
    await terminal.shows('cannot be drawn')
    await terminal.shows('TypeError: no such row')
    drawing.mockRestore()
    terminal.press('1')
    await terminal.shows('payments-of-the-eu')
    terminal.press('q')
    await ended
    expect(terminal.isRestored).toBe(true)
    expect(String(stderr.read())).toContain('taskq dashboard: fault: TypeError: no such row')
  })

  test('lets nobody change anything where it is read-only', async () => {
    const { terminal, app } = await open({ view: 'jobs', readOnly: true })
    terminal.press('r')
    await terminal.shows('read-only')
    expect(app.actions).toEqual([])
  })

  test('leaves the environment as it was', async () => {
    const before = process.env.NODE_ENV
    await open()
    expect(process.env.NODE_ENV).toBe(before)
  })
})
