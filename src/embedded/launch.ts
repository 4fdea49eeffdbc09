import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { TaskqError } from '../errors/taskq-error.js'
import { type BrokerRecord, readRecord } from './broker-folder.js'
import type { EngineChoice } from './engine-choice.js'
import { reasonOf } from './private-file.js'
import { probe } from './probe.js'
import type { StartLock } from './start-lock.js'

const START_MS = 20_000
const LOG_LIMIT_BYTES = 1_000_000
const LOG_LINES = 12

/**
 * Starts the processes of a broker and waits until it answers. They live on when this process ends.
 *
 * @throws TaskqError `TASKQ_EMBEDDED_START` with the last lines of the log
 */
export async function launchBroker(
  folder: string,
  choice: EngineChoice,
  lingerMs: number,
  lock: StartLock,
): Promise<BrokerRecord> {
  const logFile = path.join(folder, 'broker.log')
  const log = openLog(logFile)
  const child = spawnKeeper(folder, choice, lingerMs, lock, log.fd)
  closeSync(log.fd)
  let end: string | undefined
  child.once('error', (error) => {
    end = reasonOf(error)
  })
  child.once('exit', (code, signal) => {
    end = `its process ended with ${signal ?? `exit code ${code}`}`
  })
  child.unref()
  const until = Date.now() + START_MS
  while (end === undefined && Date.now() < until) {
    const record = readRecord(folder)
    if (record?.pid === child.pid && record?.phase === 'ready' && (await probe(record)) === 'up') return record
    await delay(10)
  }
  throw startFailure(end ?? `no answer within ${START_MS / 1000} s`, logFile, log.from, choice)
}

function spawnKeeper(
  folder: string,
  choice: EngineChoice,
  lingerMs: number,
  lock: StartLock,
  logFd: number,
): ChildProcess {
  // Options for this process (a debugger's port, loaders) are not meant for the broker.
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...env } = process.env
  const script = fileURLToPath(new URL('./supervisor.js', import.meta.url))
  const binary = choice.engine === 'js' ? '' : choice.binary
  return spawn(process.execPath, [script, 'keep', choice.engine, binary, String(lingerMs), lock.token], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', logFd, logFd],
    windowsHide: true,
  })
}

function openLog(file: string): { readonly fd: number; readonly from: number } {
  const fd = openSync(file, 'a', 0o600)
  if (fstatSync(fd).size > LOG_LIMIT_BYTES) ftruncateSync(fd)
  return { fd, from: fstatSync(fd).size }
}

function startFailure(reason: string, logFile: string, from: number, choice: EngineChoice): TaskqError {
  const lines = readFileSync(logFile).subarray(from).toString().trim().split('\n').slice(-LOG_LINES)
  const other = choice.engine === 'js' ? '' : ' TASKQ_EMBEDDED_ENGINE=js starts without a Redis server.'
  return new TaskqError('TASKQ_EMBEDDED_START', `The embedded broker did not start: ${reason}\n${lines.join('\n')}`, {
    hint: `The whole log is in ${logFile}.${other} Or set broker (REDIS_URL) to a Redis of your own.`,
    data: { engine: choice.engine, reason },
  })
}
