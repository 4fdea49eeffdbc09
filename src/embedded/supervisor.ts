/**
 * The processes that keep the embedded broker of one folder, which is their working folder. Never imported:
 * `node supervisor.js keep ENGINE BINARY LINGER_MS LOCK_TOKEN` starts an engine and keeps it;
 * `node supervisor.js guard KEEPER_PID LINGER_MS` waits for the keeper's death, seen as the end of its stdin,
 * and then keeps the server in its place. The password is never an argument: others can read those.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrokerEngine, type BrokerRecord, readRecord, writeRecord } from './broker-folder.js'
import { type KeptEngine, keepBroker } from './keeper.js'
import { attachServer, startServer } from './server-engine.js'
import { lockHolds } from './start-lock.js'

const GUARD_REST_MS = 5_000
const folder = process.cwd()
const asked = untilAsked()
const [mode, ...args] = process.argv.slice(2)

try {
  if (mode === 'keep') await keep(args)
  else await guard(args)
  process.exit(0)
} catch (error) {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exit(1)
}

async function keep([engine, binary = '', linger, token = '']: string[]): Promise<void> {
  // The starter died and another one took over: its broker is the one.
  if (!lockHolds(folder, token)) return
  const previous = readRecord(folder)
  const record: BrokerRecord = {
    pid: process.pid,
    // After a crash the old port and password stay, so that running clients find their broker again.
    port: previous?.port ?? 0,
    password: previous?.password ?? randomBytes(24).toString('base64url'),
    engine: engine as BrokerEngine,
    host: hostname(),
    phase: 'starting',
  }
  writeRecord(folder, { ...record, port: 0 })
  const lingerMs = Number(linger)
  if (record.engine === 'js') await keepJs(record, lingerMs)
  else await keepServer(record, binary, lingerMs)
}

async function keepJs(record: BrokerRecord, lingerMs: number): Promise<void> {
  // Small values would pin slabs of 64 KiB: 33 KB a job instead of 3 KB.
  Buffer.poolSize = 512
  const { startJsServer } = await import('./js-server.js')
  const shutdown = Promise.withResolvers<void>()
  const server = await startJsServer({
    password: record.password,
    preferredPort: record.port,
    snapshot: path.join(folder, 'broker.snapshot'),
    onShutdown: shutdown.resolve,
    log,
  })
  await keepBroker({
    folder,
    lingerMs,
    record: { ...record, port: server.port },
    asked: Promise.race([asked, shutdown.promise]),
    engine: {
      activity: async () => ({ clients: await server.connections(), connections: server.connected() }),
      stop: () => server.close(),
      release: () => server.close(),
    },
  })
}

async function keepServer(record: BrokerRecord, binary: string, lingerMs: number): Promise<void> {
  const started = await startServer(binary, record, (port, serverPid) => {
    // Known before it runs: whatever dies now, the next start finds the server and ends it.
    writeRecord(folder, { ...record, port, ...(serverPid !== undefined && { serverPid }) })
  })
  await keepRunning({ ...record, port: started.port, serverPid: started.pid }, lingerMs)
}

/** Keeps a server that runs, with a guard at its side. */
async function keepRunning(record: BrokerRecord, lingerMs: number): Promise<void> {
  const server = attachServer(record, 'taskq-keeper')
  await server.hold()
  const engine: KeptEngine = { ...server, tend: guardTender(lingerMs) }
  engine.tend?.()
  await keepBroker({ folder, record, engine, lingerMs, asked })
}

/**
 * A server does not end with the process that started it. So two processes watch each other: the guard sees
 * the death of the keeper, and the keeper starts a new guard where the old one died.
 */
function guardTender(lingerMs: number): () => void {
  let guard: ChildProcess | undefined
  let startedAt = Number.NEGATIVE_INFINITY
  return () => {
    const alive = guard !== undefined && guard.exitCode === null && guard.signalCode === null
    if (alive || performance.now() - startedAt < GUARD_REST_MS) return
    startedAt = performance.now()
    const command = [fileURLToPath(import.meta.url), 'guard', String(process.pid), String(lingerMs)]
    guard = spawn(process.execPath, command, { stdio: ['pipe', 'inherit', 'inherit'], windowsHide: true })
    guard.on('error', (error) => log(`The guard did not start: ${error.message}`))
    guard.stdin?.on('error', () => undefined)
  }
}

async function guard([keeper, linger]: string[]): Promise<void> {
  const keeperPid = Number(keeper)
  const ended = endOfInput()
  const record = readRecord(folder)
  if (record === undefined) return
  const server = attachServer(record, 'taskq-guard')
  // Where it cannot connect the server has ended already, and nothing is left to guard.
  await server.hold().catch(() => process.exit(0))
  await ended
  const last = readRecord(folder)
  // Removed: the keeper ended in order. Of another keeper: the server is no longer ours to look after.
  if (last === undefined || last.pid !== keeperPid || (await server.activity()) === undefined) return
  log(`The keeper ${keeperPid} died; process ${process.pid} keeps the broker now.`)
  if (last.phase === 'leaving') await server.stop()
  else await keepRunning(last, Number(linger))
}

function endOfInput(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve())
    process.stdin.resume()
  })
}

/** SIGTERM asks the broker to end; Ctrl-C and a closed terminal are meant for somebody else. */
function untilAsked(): Promise<void> {
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  return new Promise((resolve) => process.once('SIGTERM', () => resolve()))
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`)
}
