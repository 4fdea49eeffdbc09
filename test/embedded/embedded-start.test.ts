import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ensureEmbeddedBroker, findEmbeddedBroker, stopEmbeddedBroker } from '../../dist/embedded/broker.js'
import {
  addJobs,
  drain,
  enginePid,
  hasEnded,
  noServer,
  queueOn,
  raw,
  serverProgram,
  within,
} from '../support/embedded-jobs.js'
import { readBrokerJson, runs, tempProject } from '../support/temp-project.js'

describe('a server without its keeper', () => {
  test('is kept by its guard, and ends when idle', async (context) => {
    context.skip(noServer !== undefined, noServer)
    const root = tempProject()
    const broker = await ensureEmbeddedBroker({ projectRoot: root, engine: 'server', lingerMs: 500 })
    const server = enginePid(root)
    const queue = queueOn(broker)
    await queue.add('mail', { n: 1 })
    process.kill(broker.pid, 'SIGKILL')
    await vi.waitFor(() => expect(readBrokerJson(root)?.pid).not.toBe(broker.pid), within)
    expect(runs(server)).toBe(true)
    const found = await ensureEmbeddedBroker({ projectRoot: root })
    expect(found).toMatchObject({ url: broker.url, reused: true })
    expect(await queue.count()).toBe(1)
    await queue.close()
    await hasEnded(server, found.pid)
    expect(readBrokerJson(root)).toBeUndefined()
  })

  test('that nobody keeps is ended by the next start, and its jobs are found again', async (context) => {
    context.skip(noServer !== undefined, noServer)
    const root = tempProject()
    const broker = await ensureEmbeddedBroker({ projectRoot: root, engine: 'server' })
    await addJobs(broker, 10)
    const record = readBrokerJson(root)
    await stopEmbeddedBroker(root)
    const folder = join(root, '.taskq')
    const orphan = spawn(serverProgram ?? '', ['redis.conf'], {
      cwd: folder,
      stdio: 'ignore',
    })
    onTestFinished(() => {
      orphan.kill('SIGKILL')
    })
    await vi.waitFor(async () => expect(await raw(record?.port ?? 0, 'PING\r\nQUIT\r\n')).toContain('NOAUTH'), within)
    const left = { ...record, host: hostname(), pid: broker.pid, serverPid: orphan.pid }
    writeFileSync(join(folder, 'broker.json'), JSON.stringify(left))
    expect(await findEmbeddedBroker(root)).toBeUndefined()
    const again = await ensureEmbeddedBroker({ projectRoot: root, engine: 'server' })
    expect(again).toMatchObject({ reused: false, url: broker.url })
    expect(enginePid(root)).not.toBe(orphan.pid)
    expect(orphan.exitCode).toBe(0)
    expect((await drain(again, 10)).size).toBe(10)
  })
})

describe('a start', () => {
  test('is not held up by the lock of a dead process', async () => {
    const root = tempProject()
    mkdirSync(join(root, '.taskq'))
    const dead = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
    await once(dead, 'exit')
    writeFileSync(join(root, '.taskq', 'broker.lock'), `${dead.pid} somebody`)
    const options = { projectRoot: root, engine: 'js' } as const
    const [one, two] = await Promise.all([ensureEmbeddedBroker(options), ensureEmbeddedBroker(options)])
    expect(one.url).toBe(two.url)
    expect([one.reused, two.reused].filter((reused) => !reused)).toHaveLength(1)
  })

  test('does not take a broker.json for a broker', async () => {
    const root = tempProject()
    mkdirSync(join(root, '.taskq'))
    const other = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => {
      other.close()
    })
    const { port } = other.address() as net.AddressInfo
    const record = { pid: process.pid, port, password: 'a'.repeat(32), engine: 'js', phase: 'ready' }
    writeFileSync(join(root, '.taskq', 'broker.json'), JSON.stringify({ ...record, host: 'elsewhere' }))
    expect(await findEmbeddedBroker(root)).toBeUndefined()
    await expect(ensureEmbeddedBroker({ projectRoot: root, engine: 'js' })).rejects.toMatchObject({
      code: 'TASKQ_EMBEDDED_START',
      message: expect.stringContaining('elsewhere runs it'),
    })
    writeFileSync(join(root, '.taskq', 'broker.json'), JSON.stringify({ ...record, host: hostname() }))
    const broker = await ensureEmbeddedBroker({ projectRoot: root, engine: 'js' })
    expect(broker.reused).toBe(false)
    expect(new URL(broker.url).port).not.toBe(String(port))
  })

  test('says why the folder cannot be written', async () => {
    const root = tempProject()
    writeFileSync(join(root, '.taskq'), 'a file')
    await expect(ensureEmbeddedBroker({ projectRoot: root })).rejects.toMatchObject({
      code: 'TASKQ_EMBEDDED_START',
      message: expect.stringContaining(join(root, '.taskq')),
      hint: expect.stringContaining('REDIS_URL'),
    })
  })

  test('that fails shows the last lines of the log', async (context) => {
    context.skip(noServer !== undefined, noServer)
    const root = tempProject()
    mkdirSync(join(root, '.taskq', 'appendonlydir'), { recursive: true })
    writeFileSync(join(root, '.taskq', 'appendonlydir', 'appendonly.aof.manifest'), 'nonsense\n')
    writeFileSync(join(root, '.taskq', 'appendonly.aof'), 'nonsense\n')
    const error = await ensureEmbeddedBroker({ projectRoot: root, engine: 'server' }).catch((caught) => caught)
    expect(error).toMatchObject({ code: 'TASKQ_EMBEDDED_START', hint: expect.stringContaining('broker.log') })
    expect(error.message).toMatch(/ended with exit code 1[\s\S]*(AOF|append only|manifest)/i)
  })

  test('never happens by looking', async () => {
    const root = tempProject()
    expect(await findEmbeddedBroker(root)).toBeUndefined()
    expect(await stopEmbeddedBroker(root)).toBe(false)
    expect(existsSync(join(root, '.taskq'))).toBe(false)
  })
})

describe('a broken snapshot', () => {
  test('is moved aside and logged', async () => {
    const root = tempProject()
    mkdirSync(join(root, '.taskq'))
    writeFileSync(join(root, '.taskq', 'broker.snapshot'), 'not a snapshot')
    const broker = await ensureEmbeddedBroker({ projectRoot: root, engine: 'js' })
    expect(await queueOn(broker).count()).toBe(0)
    const aside = readdirSync(join(root, '.taskq')).filter((name) => /^broker\.snapshot\.corrupt-\d+$/.test(name))
    expect(aside).toHaveLength(1)
    expect(readFileSync(join(root, '.taskq', aside[0] ?? ''), 'utf8')).toBe('not a snapshot')
    expect(readFileSync(join(root, '.taskq', 'broker.log'), 'utf8')).toContain(aside[0])
  })
})
