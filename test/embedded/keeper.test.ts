import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readRecord, removeRecord, writeRecord } from '../../src/embedded/broker-folder.js'
import { keepBroker } from '../../src/embedded/keeper.js'
import { tempProject } from '../support/temp-project.js'

/** Keeps an engine in a folder of its own; `calls` tells what was done with the engine. */
function keep(asked: Promise<void> = new Promise(() => {})) {
  const folder = join(tempProject(), '.taskq')
  mkdirSync(folder)
  const calls: string[] = []
  const engine = {
    activity: async () => ({ clients: 1, connections: 1 }),
    stop: async () => void calls.push('stop'),
    release: async () => void calls.push('release'),
  }
  const record = { port: 7000, password: 'p'.repeat(24), engine: 'redis' as const }
  const ended = keepBroker({ folder, record, engine, lingerMs: 100, asked })
  return { folder, calls, ended }
}

it('ends its engine when the folder is gone, or when it is asked to', async () => {
  const removed = keep()
  removeRecord(removed.folder)
  await removed.ended
  expect(removed.calls).toEqual(['stop'])
  const asked = keep(Promise.resolve())
  await asked.ended
  expect(asked.calls).toEqual(['stop'])
})

it('ends no engine that another keeper started on its port', async () => {
  const { folder, calls, ended } = keep()
  const record = readRecord(folder)
  if (record === undefined) throw new Error('the keeper has no record')
  writeRecord(folder, { ...record, pid: process.pid + 1, phase: 'starting' })
  await ended
  expect(calls).toEqual(['release'])
  expect(readRecord(folder)?.phase).toBe('starting')
})
