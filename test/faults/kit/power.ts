import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { Kit } from './kit.ts'
import type { RedisServer } from './redis-server.ts'

/** A line of the trace: a call, and whether it began, went on, or both. */
const CALL = /^(\d+) +\S+ (?:(write|fdatasync)\(\d+<([^>]*)>|<\.\.\. (write|fdatasync) resumed>)(.*)$/

/** What came of pulling the plug. */
export interface PowerCut {
  /** When, in milliseconds since 1970. */
  readonly at: number
  /** Bytes of the log that the kernel had, and the disk had not. */
  readonly lostBytes: number
}

/**
 * Watches a server's append-only file by the calls it makes (strace): what of it was on disk when the power failed is
 * what was written before the last fdatasync that came to its end began.
 */
export class Power {
  readonly #server: RedisServer
  readonly #strace: ChildProcess
  readonly #trace: string
  readonly #sizeBefore: number

  private constructor(server: RedisServer, strace: ChildProcess, trace: string) {
    this.#server = server
    this.#strace = strace
    this.#trace = trace
    this.#sizeBefore = statSync(logOf(server)).size
  }

  /** Begins to watch; the server must be at rest. Skips the row where that is not allowed. */
  static async watch(kit: Kit, server: RedisServer): Promise<Power> {
    const trace = join(server.dir, `trace-${server.pid}`)
    const calls = ['-f', '-y', '-s', '0', '-ttt', '-e', 'trace=write,fdatasync']
    const strace = spawn('strace', [...calls, '-o', trace, '-p', String(server.pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: kit.env,
    })
    kit.watch(strace)
    kit.onClose(async () => void strace.kill())
    const said = Promise.race([
      once(strace.stderr as NodeJS.ReadableStream, 'data').then(([text]) => String(text)),
      once(strace, 'error').then(([error]) => String(error)),
    ])
    if (!/attached/.test(await said)) kit.skip(`strace cannot watch redis-server here: ${await said}`)
    return new Power(server, strace, trace)
  }

  /** Pulls the plug: the server dies, and its file is as the disk has it. Start it again. */
  async cut(): Promise<PowerCut> {
    const traced = once(this.#strace, 'exit')
    const at = Date.now()
    await this.#server.kill()
    await traced
    const file = logOf(this.#server)
    const durable = this.#sizeBefore + durableIn(readFileSync(this.#trace, 'utf8'))
    const lostBytes = statSync(file).size - durable
    if (lostBytes > 0) truncateSync(file, durable)
    return { at, lostBytes }
  }
}

const logOf = ({ dir }: RedisServer): string => join(dir, 'appendonlydir', 'appendonly.aof.1.incr.aof')

/** How many bytes of a traced log had reached the disk. */
function durableIn(trace: string): number {
  let written = 0
  let durable = 0
  /** What was written when a thread's sync began: it holds for no more. */
  const begun = new Map<string, number>()
  for (const { call, thread, isOver, result } of callsIn(trace)) {
    if (call === 'write') written += result
    else if (!isOver) begun.set(thread, written)
    else {
      durable = result === 0 ? (begun.get(thread) ?? written) : durable
      begun.delete(thread)
    }
  }
  return durable
}

/** The calls on the log, as they begin and end; what one came to is known at its end. */
function* callsIn(trace: string) {
  /** Which thread is in the middle of one. */
  const busy = new Set<string>()
  for (const line of trace.split('\n')) {
    const [, thread = '', began, file = '', resumed, rest = ''] = CALL.exec(line) ?? []
    const isOurs = began === undefined ? busy.delete(thread) : file.endsWith('.incr.aof')
    if (!isOurs) continue
    const isOver = !rest.includes('<unfinished')
    if (!isOver) busy.add(thread)
    yield { call: began ?? resumed, thread, isOver, result: Number(/= (-?\d+)/.exec(rest)?.[1] ?? 0) }
  }
}
