import { confirm } from '@clack/prompts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { shutdownQuestion } from '../../src/cli/prompts/shutdown.js'
import { brokerOfFile } from '../support/broker.js'
import { CliProject, UNSAFE } from './cli-project.js'
import { runCommand } from './run-command.js'

vi.mock(import('@clack/prompts'), async (original) => ({ ...(await original()), confirm: vi.fn() }))

const broker = brokerOfFile()
const terminal = { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY }

beforeEach(() => {
  process.stdin.isTTY = true
  process.stdout.isTTY = true
})

afterEach(() => {
  process.stdin.isTTY = terminal.stdin
  process.stdout.isTTY = terminal.stdout
  vi.mocked(confirm).mockReset()
})

test('nobody is asked about a worker that is not there', async () => {
  const shop = new CliProject(broker.url)
  for (const args of [[], ['-d', 'nope']]) {
    const run = await runCommand(shop, 'control shutdown', args)
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('TASKQ_CONTROL_NO_WORKER') })
  }
  expect(confirm).not.toHaveBeenCalled()
})

test('it asks by name; no tells nobody, yes ends the worker', async () => {
  const shop = new CliProject(broker.url)
  const worker = shop.start(['worker', '-n', 'one', '--log-format', 'json'])
  await worker.printed('is ready')
  vi.mocked(confirm).mockResolvedValueOnce(false).mockResolvedValueOnce(true)
  const kept = await runCommand(shop, 'control shutdown', [])
  expect(kept).toMatchObject({ code: 130, stdout: 'No worker was told anything.\n', stderr: '' })
  expect(confirm).toHaveBeenCalledWith({ message: expect.stringMatching(/^Shut down one@\S+\?$/), initialValue: false })
  expect(await runCommand(shop, 'control shutdown', ['-d', 'one'])).toMatchObject({ code: 0 })
  expect(await worker.ended).toEqual({ code: 0, signal: null })
})

test('the question says how many they are, and which', () => {
  const workers = [1, 2, 3, 4, 5, 6, 7].map((pid) => ({ id: `id-${pid}`, name: `w${Math.ceil(pid / 2)}@h`, pid }))
  expect(shutdownQuestion(workers)).toBe(
    'Shut down 7 workers: w1@h (pid 1), w1@h (pid 2), w2@h (pid 3), w2@h (pid 4), w3@h (pid 5) and 2 more?',
  )
  expect(shutdownQuestion([{ id: 'a', name: '\u001b]0;owned\u0007\u202e', pid: 1 }])).not.toMatch(UNSAFE)
})
