import { once } from 'node:events'
import net from 'node:net'
import { Queue, Worker } from 'bullmq'
import { expect, onTestFinished, vi } from 'vitest'
import type { EmbeddedBroker } from '../../dist/embedded/broker.js'
import { findProgram } from './find-program.js'
import { readBrokerJson, runs } from './temp-project.js'

/** The server program on this machine, if there is one. */
export const serverProgram = findProgram('valkey-server') ?? findProgram('redis-server')

/** Why tests of the server engine cannot run here; undefined where they can. */
export const noServer = serverProgram === undefined ? 'no redis-server or valkey-server on PATH' : undefined

/** How long a test waits for something to happen. */
export const within = { timeout: 15_000, interval: 20 }

/** A BullMQ queue on this broker; closed when the test ends. */
export function queueOn(broker: Pick<EmbeddedBroker, 'url'>): Queue {
  const queue = new Queue('mails', { connection: { url: broker.url } })
  queue.on('error', () => undefined)
  onTestFinished(() => queue.close())
  return queue
}

/** Adds jobs numbered from 0. */
export async function addJobs(broker: Pick<EmbeddedBroker, 'url'>, count: number): Promise<void> {
  const queue = queueOn(broker)
  await queue.addBulk(Array.from({ length: count }, (_, n) => ({ name: 'mail', data: { n } })))
}

/** Works off this many jobs; gives their numbers. */
export async function drain(broker: Pick<EmbeddedBroker, 'url'>, count: number): Promise<Set<number>> {
  const done = new Set<number>()
  const run = async (job: { data: { n: number } }) => done.add(job.data.n)
  const worker = new Worker('mails', run, { connection: { url: broker.url }, concurrency: 20 })
  onTestFinished(() => worker.close(true))
  await vi.waitFor(() => expect(done.size).toBe(count), within)
  await worker.close()
  return done
}

/** The process whose death is the death of the engine. */
export function enginePid(root: string): number {
  const record = readBrokerJson(root)
  return record?.serverPid ?? record?.pid ?? 0
}

/** Waits until none of these processes runs. */
export async function hasEnded(...pids: number[]): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(runs)).toEqual([]), within)
}

/** Sends raw commands; gives what came back until the other side ended it, or the first `+PONG`. */
export async function raw(port: number, text: string, host = '127.0.0.1'): Promise<string> {
  const socket = net.connect({ port, host })
  socket.end(text)
  let reply = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    reply += chunk
  })
  await once(socket, 'close')
  return reply
}
