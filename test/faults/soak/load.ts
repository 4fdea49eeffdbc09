import type { Client } from '../../../dist/client/client.js'
import { chain, chord, signature } from '../../../dist/index.js'
import type { Random } from '../kit/random.ts'

/** A call that was answered with yes: its token comes to an end, or is lost. */
export type Call = (client: Client, token: string, random: Random) => Promise<string>

const BURST_MS = 30_000

/** Calls of so many kinds that all of taskq's ways of a job are taken, and how often each is made. */
const CALLS: readonly (readonly [weight: number, call: Call])[] = [
  [40, (client, token, random) => simple(client, 'plain', [token, random.between(0, 20)])],
  [12, (client, token, random) => simple(client, 'flaky', [token, random.between(1, 2)])],
  [10, (client, token, random) => later(client, 'plain', token, random.between(200, 20_000))],
  [
    10,
    (client, token, random) =>
      simple(client, 'urgent', [token, random.between(0, 20)], { priority: random.between(0, 9) }),
  ],
  // Many are due at once, so that the limit has something to hold back.
  [8, (client, token) => later(client, 'rated', token, BURST_MS - (Date.now() % BURST_MS))],
  [6, (client, token, random) => simple(client, 'narrow', [token, random.between(0, 60)])],
  [6, once],
  // So long that most faults find some of them running.
  [2, (client, token, random) => simple(client, 'plain', [token, random.between(1000, 4000)])],
  [3, chained],
  [3, chorded],
]

/** One of them, by chance. */
export function pickCall(random: Random): Call {
  let left = random.next() * CALLS.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, call] of CALLS) {
    left -= weight
    if (left < 0) return call
  }
  throw new Error('nothing to pick from')
}

async function simple(client: Client, task: string, args: readonly [string, number], options = {}): Promise<string> {
  await client.enqueue(task, args, options)
  return args[0]
}

/** Its token tells when it is due: nothing of it may run before. */
function later(client: Client, task: string, token: string, countdown: number): Promise<string> {
  return simple(client, task, [`${token}@${Date.now() + countdown}`, 0], { countdown })
}

/** Several calls of a key meet: the job that stands for them ends for each. */
async function once(client: Client, _token: string, random: Random): Promise<string> {
  const { id } = await client.enqueue('once', [`key-${random.between(1, 20)}`, random.between(0, 200)])
  return id
}

async function chained(client: Client, token: string): Promise<string> {
  const parts = [signature('part', [`${token}.1`, 0]), signature('part', [`${token}.2`, 5], {}, true)] as const
  const canvas = chain(parts[0], parts[1], signature<unknown, [number]>('last', [token, 1]))
  await client.startWorkflow(canvas as never)
  return token
}

async function chorded(client: Client, token: string, random: Random): Promise<string> {
  const size = random.between(2, 6)
  const members = Array.from({ length: size }, (_, at) => signature('part', [`${token}.${at}`, random.between(0, 30)]))
  await client.startWorkflow(chord(members, signature<unknown, [number[]]>('last', [token, size])) as never)
  return token
}
