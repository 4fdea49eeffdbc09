import type { Kit } from '../kit/kit.ts'
import type { FaultRow } from '../kit/row.ts'
import type { TcpProxy } from '../kit/tcp-proxy.ts'

/** How the network is for a while, and what is to be done over it. */
interface Weather {
  readonly name: string
  readonly apply: (proxy: TcpProxy, kit: Kit) => void
  readonly shortJobs: number
  /** A lock's time and some more. */
  readonly longJobMs: number
}

const SLOTS = 4
const SHORT_MS = 100

const WEATHERS: readonly Weather[] = [
  {
    name: 'round trips of 100 to 300 ms',
    apply: (proxy, kit) => {
      proxy.delay = () => kit.random.between(50, 150)
    },
    shortJobs: 40,
    longJobMs: 11_000,
  },
  {
    name: 'round trips of 2 s',
    apply: (proxy) => {
      proxy.delay = () => 1000
    },
    shortJobs: 8,
    longJobMs: 12_000,
  },
  {
    name: '1 byte per ms',
    apply: (proxy) => {
      proxy.delay = () => 0
      proxy.bytesPerMs = 1
    },
    shortJobs: 4,
    longJobMs: 11_000,
  },
]

export const row: FaultRow = {
  id: 'F23',
  fault: 'a slow network: round trips of 200 ms and of 2 s, 1 byte per ms',
  promise: 'no job is taken for lost while its worker runs it',
  repetitions: 1,
  async run(kit) {
    const redis = await kit.redis()
    const proxy = await kit.proxy(redis)
    const near = kit.project({ broker: redis.url, worker: { concurrency: 1, shutdownTimeout: '1s' } })
    const client = await near.client()
    // It looks for lost jobs, and has its only slot in use.
    const watcher = await near.worker().ready()
    const busy = await client.enqueue('listens', [120_000])
    await kit.ledger.line(({ id }) => id === busy.id)
    const far = await kit
      .project({ broker: proxy.url, worker: { concurrency: SLOTS } })
      .worker()
      .ready()
    for (const weather of WEATHERS) {
      weather.apply(proxy, kit)
      kit.ledger.ack((await client.enqueue('work', [weather.longJobMs])).id)
      for (let job = 0; job < weather.shortJobs; job++) kit.ledger.ack((await client.enqueue('work', [SHORT_MS])).id)
      await kit.ledger.settled(90_000)
      const recovered = watcher.lines.concat(far.lines).filter((line) => /worker that is gone/.test(line)).length
      kit.measure(`jobs taken for lost at ${weather.name}`, recovered, { exactly: 0 })
    }
    proxy.bytesPerMs = Number.POSITIVE_INFINITY
    const tally = kit.tally()
    kit.measure('runs beside one for each job', tally.runs - 1 - tally.acked, { exactly: 0 })
    kit.measure('runs at the same time', kit.ledger.overlaps, { exactly: 0 })
    const lost = far.lines.filter((line) => /no longer ours/.test(line)).length
    kit.measure('results thrown away', lost, { exactly: 0 })
    await far.stop()
    await watcher.stop()
  },
}
