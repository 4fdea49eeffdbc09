import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { start } from 'node:repl'
import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { keepHistory } from '../../src/cli/shell-history.js'
import { tempProject } from '../support/temp-project.js'

const PATIENCE_MS = 100

/** A dialogue with a history in a file, and what is told of it. */
function converse(file: string, patienceMs = PATIENCE_MS) {
  const input = new PassThrough()
  const output = new PassThrough().resume()
  const told: string[] = []
  const server = start({ input, output, terminal: true, prompt: '> ' })
  const left = once(server, 'exit')
  keepHistory(server, file, (text) => told.push(text), patienceMs)
  return { server, input, left, told }
}

/** A disk on which files can be opened, but nothing can be written while it is full. */
function watchDisk(disk: { isFull: boolean }) {
  const open = fs.promises.open
  const spied = vi.spyOn(fs.promises, 'open').mockImplementation(async (...args) => {
    const handle = await open(...args)
    const write = handle.write.bind(handle) as (...what: unknown[]) => Promise<never>
    vi.spyOn(handle, 'write').mockImplementation((...what: unknown[]) =>
      disk.isFull ? Promise.reject(new Error('ENOSPC')) : write(...what),
    )
    return handle
  })
  onTestFinished(() => spied.mockRestore())
  return disk
}

test('what was typed is kept, and nothing is told', async () => {
  const file = join(tempProject(), 'history')
  const { input, left, told } = converse(file, 20_000)
  input.write('1 + 1\n.exit\n')
  await left
  expect(told).toEqual([])
  await expect.poll(() => fs.readFileSync(file, 'utf8')).toBe('.exit\n1 + 1')
})

test('where it cannot be written, the dialogue goes on and can be left, and it is told once', async () => {
  const file = join(tempProject(), 'history')
  watchDisk({ isFull: true })
  const { server, input, left, told } = converse(file)
  await expect.poll(() => told).toHaveLength(1)
  input.write('typed = 42\n.exit\n')
  await left
  expect(server.context.typed).toBe(42)
  expect(told).toEqual([`the history could not be written to ${file}`])
})

test('where it cannot be written any more, the dialogue can be left, and it is told', async () => {
  const file = join(tempProject(), 'history')
  const disk = watchDisk({ isFull: false })
  const { input, left, told } = converse(file)
  input.write('1 + 1\n')
  await expect.poll(() => fs.readFileSync(file, { encoding: 'utf8', flag: 'a+' })).toBe('1 + 1')
  disk.isFull = true
  input.write('2 + 2\n.exit\n')
  await left
  expect(told).toEqual([`the history could not be written to ${file}`])
})
