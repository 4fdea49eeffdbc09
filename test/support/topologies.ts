import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { freePort } from '../faults/kit/redis-server.js'

/** A folder for one test's servers; removed when it ends. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'taskq-topology-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
  return path
}

/** How its own admin reaches it. */
interface Client {
  readonly port: number
  readonly password?: string
  readonly tls?: { ca: string; servername: string }
}

/** Starts redis-server with a configuration; it is killed when the test ends. */
async function serve(dir: string, name: string, lines: readonly string[], client: Client, flags: string[] = []) {
  const file = join(dir, `${name}.conf`)
  writeFileSync(file, `bind 127.0.0.1\ndir "${dir}"\nsave ""\n${lines.join('\n')}\n`)
  const server: ChildProcess = spawn('redis-server', [file, ...flags], { stdio: 'ignore' })
  onTestFinished(async () => {
    const ended = once(server, 'exit')
    if (server.exitCode === null && server.kill('SIGKILL')) await ended
  })
  const admin = new Redis({ host: '127.0.0.1', ...client, retryStrategy: () => 20, maxRetriesPerRequest: null })
  admin.on('error', () => {})
  onTestFinished(() => admin.disconnect())
  await admin.ping()
  return admin
}

/** A Cluster of three masters, with all slots. */
export async function startCluster(): Promise<{ host: string; port: number }[]> {
  const dir = folder()
  const ports = [await freePort(), await freePort(), await freePort()]
  const admins = await Promise.all(
    ports.map(async (port) => {
      const bus = await freePort()
      const lines = [
        `port ${port}`,
        'cluster-enabled yes',
        `cluster-port ${bus}`,
        `cluster-config-file nodes-${port}.conf`,
      ]
      return { admin: await serve(dir, `node-${port}`, lines, { port }), port, bus }
    }),
  )
  const bounds = [0, 5461, 10923, 16384]
  for (const [index, { admin }] of admins.entries()) {
    await admin.call('cluster', 'addslotsrange', bounds[index] ?? 0, (bounds[index + 1] ?? 0) - 1)
    for (const other of admins) await admin.call('cluster', 'meet', '127.0.0.1', other.port, other.bus)
  }
  for (const { admin } of admins) {
    while (!String(await admin.call('cluster', 'info')).includes('cluster_state:ok')) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return ports.map((port) => ({ host: '127.0.0.1', port }))
}

/** A master and a replica of it, in step. */
export interface ReplicatedBroker {
  readonly url: string
  readonly port: number
  readonly master: Redis
  readonly replica: Redis
  /** Holds the replica's process still: it is connected, and takes nothing in. */
  pauseReplica(): void
  resumeReplica(): void
}

/** A master with one replica, which is in step with it. */
export async function startReplicated(): Promise<ReplicatedBroker> {
  const dir = folder()
  const [port, other] = [await freePort(), await freePort()]
  const master = await serve(dir, 'master', [`port ${port}`, 'repl-diskless-sync-delay 0'], { port })
  const replica = await serve(dir, 'replica', [`port ${other}`, `replicaof 127.0.0.1 ${port}`], { port: other })
  const pid = Number(/process_id:(\d+)/.exec(await replica.info('server'))?.[1])
  // Before the first write it is in step though it takes nothing in yet.
  await master.set('in step', 1)
  while ((await master.wait(1, 100)) < 1) await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    master,
    replica,
    pauseReplica: () => void process.kill(pid, 'SIGSTOP'),
    resumeReplica: () => void process.kill(pid, 'SIGCONT'),
  }
}

/** A master with a password and one Sentinel that watches it under the name `jobs`. */
export async function startSentinel(password: string): Promise<{ host: string; port: number }> {
  const dir = folder()
  const [master, sentinel] = [await freePort(), await freePort()]
  await serve(dir, 'master', [`port ${master}`, `requirepass ${password}`], { port: master, password })
  const lines = [
    `port ${sentinel}`,
    `sentinel monitor jobs 127.0.0.1 ${master} 1`,
    `sentinel auth-pass jobs ${password}`,
  ]
  await serve(dir, 'sentinel', lines, { port: sentinel }, ['--sentinel'])
  return { host: '127.0.0.1', port: sentinel }
}

/** A server that speaks TLS alone, with a certificate of its own making. */
export async function startTls(): Promise<{ port: number; ca: string }> {
  const dir = folder()
  const port = await freePort()
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  execFileSync('openssl', [...request, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  const ca = readFileSync(cert, 'utf8')
  const lines = ['port 0', `tls-port ${port}`, `tls-cert-file ${cert}`, `tls-key-file ${key}`, 'tls-auth-clients no']
  await serve(dir, 'tls', lines, { port, tls: { ca, servername: 'localhost' } })
  return { port, ca }
}
