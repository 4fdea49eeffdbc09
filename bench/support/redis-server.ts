import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** A Redis of our own: loopback, a free port, nothing written to disk. */
export interface PrivateRedis {
  readonly url: string
  readonly version: string
  /** A connection for questions and for emptying it. */
  readonly admin: Redis
  stop(): Promise<void>
}

const PROGRAM = 'redis-server'

/** Whether there is a `redis-server` on PATH. */
export const hasRedisServer = (): boolean => spawnSync(PROGRAM, ['--version']).status === 0

export async function startRedis(): Promise<PrivateRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'taskq-bench-'))
  const port = await freePort()
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
  const server = spawn(PROGRAM, settings, { stdio: 'ignore' })
  const stop = async () => {
    await endProcess(server)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const admin = await connect(port)
    const info = await admin.info('server')
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
    const stopAll = async () => {
      admin.disconnect()
      await stop()
    }
    return { url: `redis://127.0.0.1:${port}`, version, admin, stop: stopAll }
  } catch (error) {
    await stop()
    throw error
  }
}

async function connect(port: number): Promise<Redis> {
  const admin = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: 100 })
  admin.on('error', () => {})
  const timer = setTimeout(() => admin.disconnect(), 10_000)
  await admin.ping()
  clearTimeout(timer)
  return admin
}

/** Ends a child that we started: asked first, killed after 5 s. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
