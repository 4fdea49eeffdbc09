import { createServer } from 'node:net'
import type { Client } from '../../../dist/client/client.js'
import type { Kit } from '../kit/kit.ts'
import { freePort } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

/** What callers ask for while there is no broker. */
const ASKED: readonly ((client: Client) => Promise<unknown>)[] = [
  (client) => client.enqueue('work', []),
  (client) => client.enqueue('work', [], { countdown: '1m' }),
  (client) => client.enqueue('work', [], { expires: '1m' }),
  (client) => client.enqueueMany('work', [[], [], []]),
  (client) => client.enqueue('not-known-here', []),
]

/** Programs that wait for it at the same time. */
const WORKERS = 3

export const row: FaultRow = {
  id: 'F08',
  fault: 'no Redis where it should be when programs start',
  promise: 'an enqueue fails within 5 s and says that the job does not exist; a worker tries again, and ends with 1',
  repetitions: 50,
  async run(kit) {
    await noListener(kit)
    await noAnswer(kit)
    await workers(kit)
  },
}

/** Nobody listens: each connection is refused. */
async function noListener(kit: Kit): Promise<void> {
  await enqueues(kit, 'refused', await freePort())
}

/** Somebody listens, and says nothing. */
async function noAnswer(kit: Kit): Promise<void> {
  const proxy = await kit.proxy({ port: await freePort() })
  proxy.mode = 'blackhole'
  await enqueues(kit, 'unanswered', proxy.port)
}

async function enqueues(kit: Kit, how: string, port: number): Promise<void> {
  const settled = await Promise.all(
    Array.from({ length: Math.ceil(kit.repetitions / 2) }, async (_, n) => {
      const client = await kit.project(`redis://127.0.0.1:${port}`).client()
      const startedAt = performance.now()
      const ask = ASKED[n % ASKED.length] as (typeof ASKED)[number]
      const code = await ask(client).then(
        () => 'none',
        (error: Error & { code?: string }) => error.code ?? error.message,
      )
      return { code, ms: performance.now() - startedAt }
    }),
  )
  const notSent = settled.filter(({ code }) => code === 'TASKQ_ENQUEUE_NOT_SENT')
  kit.measure(`enqueues that say that the job does not exist (${how})`, notSent.length, { exactly: settled.length })
  kit.measure(`longest until an enqueue failed (${how})`, Math.max(...settled.map(({ ms }) => ms)), {
    atMost: 5000,
    unit: 'ms',
  })
}

/** Each has a server of its own, which hangs up: whose try it was is known. */
async function workers(kit: Kit): Promise<void> {
  const runs = await Promise.all(Array.from({ length: WORKERS }, () => tryInVain(kit)))
  const right = runs.filter(({ code, stderr }) => code === 1 && stderr.includes('TASKQ_BROKER_UNREACHABLE'))
  kit.measure('workers that ended with 1 and said why', right.length, { exactly: WORKERS })
  const longest = Math.max(...runs.map(({ tries, endedAt }) => endedAt - (tries[0] ?? 0)))
  kit.measure('longest from the first try to the end', longest, { atMost: 10_000, unit: 'ms' })
  const counts = runs.map(({ tries }) => tries.length)
  kit.measure('fewest tries of a worker', Math.min(...counts), { atLeast: 2 })
  kit.measure('most tries of a worker', Math.max(...counts), { atMost: 25 })
  const waits = runs.map(({ tries }) => tries.slice(1).map((at, index) => at - (tries[index] ?? at)))
  const spreads = Array.from({ length: Math.min(...counts) - 1 }, (_, nth) => spreadOf(waits.map((of) => of[nth] ?? 0)))
  // By chance, their waits may be alike once.
  kit.measure('difference of their waits between tries', Math.max(...spreads), { atLeast: 100, unit: 'ms' })
}

const spreadOf = (values: readonly number[]): number => Math.max(...values) - Math.min(...values)

async function tryInVain(kit: Kit) {
  const tries: number[] = []
  const port = await freePort()
  const server = createServer((socket) => {
    tries.push(performance.now())
    socket.resetAndDestroy()
  }).listen(port, '127.0.0.1')
  kit.onClose(() => new Promise((resolve) => server.close(resolve)))
  const run = await kit.project(`redis://127.0.0.1:${port}`).taskq(['worker'])
  return { ...run, tries, endedAt: performance.now() }
}
