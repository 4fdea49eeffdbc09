import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { CLI, CliProject, ROOT, TASKS, UNSAFE } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'
import { noTmux, Terminal } from '../support/tmux.js'

const broker = brokerOfFile()

const WIDE = { columns: 120, rows: 40 }
const SMALL = { columns: 80, rows: 24 }
/** What each view of the shop shows once it has been looked at. */
const VIEWS: readonly (readonly [key: string, shown: RegExp])[] = [
  ['1', /payments +\d+ .*[▁▂▃▄▅▆▇█]/],
  ['2', /payment\.Charge +payments .*%/],
  ['3', /\[active \d+\]/],
  ['4', /worker@\S+ +\d+ .*\/12/],
  ['5', /customers +every 1 s +shop\.Traffic/],
  ['6', /order o_\w+ +\S+ succeeded +█+ +2\/2/],
  ['7', /succeeded +payment\.Charge/],
]

/** The shop of the examples, in a folder and with keys of its own. */
function shopProject(): CliProject {
  const config = readFileSync(join(ROOT, 'examples/shop/taskq.config.ts'), 'utf8')
  return new CliProject(broker.url)
    .write('src/tasks/shop.ts', readFileSync(join(ROOT, 'examples/shop/tasks/shop.ts'), 'utf8'))
    .write('taskq.config.ts', config.replace('examples/shop/tasks', 'src/tasks').replace(/ *prefix:.*\n/, ''))
}

async function startWorker(project: CliProject, ...args: readonly string[]) {
  const worker = project.start(['worker', '--log-format', 'pretty', ...args])
  await worker.printed('is ready')
  return worker
}

function openDashboard(project: CliProject, size = WIDE, args = '', env: NodeJS.ProcessEnv = {}): Promise<Terminal> {
  const command = `'${process.execPath}' '${CLI}' dashboard ${args}`
  return Terminal.open(command, { ...size, cwd: project.root, env: { ...project.env, ...env, LANG: 'C.UTF-8' } })
}

const widthOf = (screen: string): number => Math.max(...screen.split('\n').map((line) => [...line].length))

describe('the dashboard in a real terminal', () => {
  beforeEach(({ skip }) => skip(noTmux !== undefined, noTmux))

  it('shows every view of a running shop, and each fits a small terminal', async () => {
    const shop = shopProject()
    await startWorker(shop, '--beat')
    const terminal = await openDashboard(shop)
    await terminal.shows('Queues')
    expect(await terminal.inAlternateScreen()).toBe(true)
    for (const [key, shown] of VIEWS) {
      await terminal.press(key)
      await terminal.shows(shown, 20_000)
    }
    await terminal.resize(SMALL.columns, SMALL.rows)
    for (const [key] of VIEWS) {
      await terminal.press(key)
      const screen = await terminal.shows(new RegExp(`\\[${key} \\w+\\][^]*q quit`))
      expect(widthOf(screen)).toBeLessThanOrEqual(SMALL.columns)
    }
    await terminal.resize(40, 10)
    await terminal.shows(/60 ?[x×] ?15/)
    await terminal.resize(WIDE.columns, WIDE.rows)
    // Keys that come before it is drawn again are not obeyed.
    await terminal.shows('[7 Events]')
    await terminal.press('1')
    await terminal.shows(/payments +\d+/)
  }, 90_000)

  it.each([
    ['q', ['q']],
    ['Ctrl-C', ['C-c']],
  ])('gives the terminal back on %s', async (_name, keys) => {
    const project = new CliProject(broker.url)
    const terminal = await openDashboard(project, SMALL)
    await terminal.shows('Queues')
    await terminal.press(...keys)
    await expect.poll(() => terminal.inAlternateScreen(), { timeout: 5000 }).toBe(false)
    await terminal.type('echo back-$?')
    await terminal.press('Enter')
    await terminal.shows('back-0')
  })

  it('retries a dead letter and pauses a queue, asking first', async () => {
    const project = new CliProject(broker.url).write('src/tasks/tasks.ts', TASKS)
    await startWorker(project)
    const { id } = await project.json<{ id: string }>(['call', 'boom'])
    const ended = await project.json<{ state: string }>(['result', id, '--wait'], 1)
    expect(ended.state).toBe('failed')
    const terminal = await openDashboard(project)
    await terminal.type(':jobs dead')
    await terminal.press('Enter')
    await terminal.shows(id)
    await terminal.press('Enter')
    await terminal.shows('bad \\u001b[31mred')
    await terminal.press('Escape')
    await terminal.shows('[dead 1]')
    // It fails again, so that it is a dead letter with a later end.
    const endOf = async () => (await project.json<{ finishedAt: string }>(['result', id])).finishedAt
    const first = await endOf()
    await terminal.press('r')
    await expect.poll(endOf, { timeout: 10_000 }).not.toBe(first)
    await terminal.press('1')
    await terminal.shows(/[▶>] +default/)
    await terminal.press('p')
    await terminal.shows('Pause 1 queue?')
    await terminal.press('y')
    await terminal.shows('paused')
    const { queues } = await project.json<{ queues: { queue: string; paused: boolean }[] }>(['status'])
    expect(queues.find(({ queue }) => queue === 'default')?.paused).toBe(true)
  }, 60_000)

  it('changes nothing with --read-only', async () => {
    const project = new CliProject(broker.url).write('src/tasks/tasks.ts', TASKS)
    await startWorker(project)
    const terminal = await openDashboard(project, WIDE, '--read-only')
    await terminal.shows(/[▶>] +default/)
    await terminal.press('p')
    await terminal.shows(/read[- ]only/i)
    await terminal.press('y')
    const { queues } = await project.json<{ queues: { queue: string; paused: boolean }[] }>(['status'])
    expect(queues.map(({ paused }) => paused)).not.toContain(true)
  }, 60_000)

  it('draws hostile jobs as text', async () => {
    const project = new CliProject(broker.url).write('src/tasks/tasks.ts', TASKS)
    await project.json([
      'call',
      'Add',
      '--args',
      JSON.stringify(['\u001b]0;owned\u0007\u001b[2J\u202e', 'x'.repeat(2000)]),
    ])
    const terminal = await openDashboard(project)
    await terminal.type(':jobs queued')
    await terminal.press('Enter')
    const screen = await terminal.shows('\\u001b]0;owned')
    expect(screen).not.toMatch(UNSAFE)
    expect(await terminal.title()).not.toContain('owned')
    expect(widthOf(screen)).toBeLessThanOrEqual(WIDE.columns)
  })

  it('hands a job to the pager and takes the screen back', async () => {
    const project = new CliProject(broker.url).write('src/tasks/tasks.ts', TASKS)
    const { id } = await project.json<{ id: string }>(['call', 'hold', '--args', '[1]'])
    project.write('pager.sh', 'cat "$@" > paged; echo paging; read line </dev/tty\n')
    const terminal = await openDashboard(project, WIDE, '', { PAGER: 'sh pager.sh' })
    await terminal.type(':jobs queued')
    await terminal.press('Enter')
    await terminal.shows(id)
    await terminal.press('e')
    await terminal.shows('paging')
    expect(existsSync(join(project.root, 'paged'))).toBe(true)
    expect(readFileSync(join(project.root, 'paged'), 'utf8')).toContain(id)
    await terminal.press('Enter')
    await terminal.shows('[queued 1]')
  })

  it('waits for a broker that goes away, and goes on', async () => {
    const project = new CliProject(broker.url).write('src/tasks/tasks.ts', TASKS)
    await startWorker(project)
    const terminal = await openDashboard(project, SMALL)
    await terminal.shows(/[▶>] +default/)
    await broker.stop()
    const lost = await terminal.shows(/broker .*(lost|away|not answer)/i, 20_000)
    expect(lost).toContain('default')
    await broker.restart()
    await terminal.shows('redis://', 30_000)
    await terminal.press('4')
    await terminal.shows('worker@', 30_000)
  }, 90_000)
})
