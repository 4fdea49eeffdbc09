import { readFileSync } from 'node:fs'
import type { RedisServer } from './redis-server.ts'
import type { Program } from './worker-process.ts'

/** How often Linux counts the time of processes. */
const TICKS_PER_SECOND = 100

/** What a program and its server did in a stretch of time. */
export interface Storm {
  /** Answers of this kind, each second, of each connection that the program had. */
  readonly errorsPerConnection: number
  /** The connections that it made anew, each second, for each that it had. */
  readonly reconnectsPerConnection: number
  /** How much of one core the program took, in percent. */
  readonly cpuPercent: number
}

/**
 * How many connections of a worker ask a server for something: not those that only listen, and neither the row's admin
 * nor its caller.
 */
export async function askingConnections({ admin }: RedisServer): Promise<number> {
  const list = (await admin.call('client', 'list')) as string
  return list.split('\n').filter((line) => line !== '' && !/ flags=P /.test(line)).length - 2
}

/** Watches what a program makes of a server that refuses, from now until the function that it returns is called. */
export async function watchStorm(
  { admin }: RedisServer,
  program: Program,
  connections: number,
  /** The first words of the server's answers, as `READONLY`. */
  kinds: readonly string[],
): Promise<() => Promise<Storm>> {
  await admin.call('config', 'resetstat')
  const cpuBefore = cpuSeconds(program.pid)
  const startedAt = performance.now()
  return async () => {
    const seconds = (performance.now() - startedAt) / 1000
    const errors = await admin.info('errorstats')
    const stats = await admin.info('stats')
    const count = kinds.reduce((sum, kind) => sum + numberIn(errors, new RegExp(`errorstat_${kind}:count=(\\d+)`)), 0)
    return {
      errorsPerConnection: count / seconds / connections,
      reconnectsPerConnection: numberIn(stats, /total_connections_received:(\d+)/) / seconds / connections,
      cpuPercent: ((cpuSeconds(program.pid) - cpuBefore) / seconds) * 100,
    }
  }
}

/** What a process has taken of the machine since it began. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Behind the program's name, which may have spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0)

/** How many lines of a kind a program wrote; rows take less than a minute. */
export const linesOf = ({ lines }: Program, kind: RegExp): number => lines.filter((line) => kind.test(line)).length
