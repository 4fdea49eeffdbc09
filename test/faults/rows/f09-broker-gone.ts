import { setTimeout } from 'node:timers/promises'
import type { Client } from '../../../dist/client/client.js'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

/** Enqueues that are made while the broker is gone, each time. */
const ENQUEUES = 40
/** Enqueues that are under way as it goes. */
const UNDER_WAY = 20

type Outcome = 'acked' | 'TASKQ_ENQUEUE_NOT_SENT' | 'TASKQ_ENQUEUE_UNKNOWN'

/** How an enqueue ended. */
interface Settled {
  readonly id: string
  readonly outcome: Outcome | string
  readonly ms: number
}

export const row: FaultRow = {
  id: 'F09',
  fault: 'Redis dies, and jobs are enqueued while it is gone',
  promise:
    'each enqueue fails within 5 s and says whether the job may exist; nothing is applied behind its caller’s back',
  repetitions: 5,
  async run(kit) {
    const redis = await kit.redis({ appendfsync: 'always' })
    const project = kit.project(redis.url)
    const client = await project.client()
    const gone: Settled[] = []
    const underWay: Settled[] = []
    const stored = new Set<string>()
    for (let n = 0; n < kit.repetitions; n++) {
      kit.ledger.ack((await enqueue(client)).id)
      const early = Array.from({ length: UNDER_WAY }, () => enqueue(client))
      await redis.kill()
      gone.push(...(await Promise.all(Array.from({ length: ENQUEUES }, (_, at) => enqueue(client, at)))))
      underWay.push(...(await Promise.all(early)))
      await redis.start()
      // Whoever was told that its job may exist can look: it is there now, or never.
      for (const id of await storedJobs(redis)) stored.add(id)
      // The connection comes back by itself, and brings nothing that was given up.
      kit.ledger.ack((await backAgain(client)).id)
    }
    for (const { id, outcome } of [...gone, ...underWay]) if (outcome === 'acked') kit.ledger.ack(id)
    const { code } = await project.taskq(['worker', '--burst'])
    kit.measure('exit code of the worker afterwards', code ?? -1, { exactly: 0 })
    await kit.ledger.settled()
    kit.tally()
    const ran = new Set(kit.ledger.starts().map(({ id }) => id))
    const notSent = [...gone, ...underWay].filter(({ outcome }) => outcome === 'TASKQ_ENQUEUE_NOT_SENT')
    kit.measure('jobs that ran though they were said not to exist', notSent.filter(({ id }) => ran.has(id)).length, {
      exactly: 0,
    })
    const unknown = [...gone, ...underWay].filter(({ outcome }) => outcome === 'TASKQ_ENQUEUE_UNKNOWN')
    kit.measure('jobs that came to be after their caller was told', unknown.filter(isLater(ran, stored)).length, {
      exactly: 0,
    })
    kit.measure(
      'enqueues without a broker that say that the job does not exist',
      count(gone, 'TASKQ_ENQUEUE_NOT_SENT'),
      {
        exactly: gone.length,
      },
    )
    kit.measure('enqueues under way that say how they ended', underWay.filter(isTold).length, {
      exactly: underWay.length,
    })
    kit.measure('longest until an enqueue settled', Math.max(...[...gone, ...underWay].map(({ ms }) => ms)), {
      atMost: 5000,
      unit: 'ms',
    })
  },
}

const isLater =
  (ran: ReadonlySet<string>, stored: ReadonlySet<string>) =>
  ({ id }: Settled): boolean =>
    ran.has(id) && !stored.has(id)

/** The ids of the jobs that the server has kept through its death. */
async function storedJobs({ admin }: RedisServer): Promise<string[]> {
  const keys = await admin.keys('{taskq}:default:*')
  return keys.map((key) => key.slice('{taskq}:default:'.length))
}

const count = (all: readonly Settled[], wanted: Outcome): number =>
  all.filter(({ outcome }) => outcome === wanted).length

const isTold = ({ outcome }: Settled): boolean =>
  ['acked', 'TASKQ_ENQUEUE_NOT_SENT', 'TASKQ_ENQUEUE_UNKNOWN'].includes(outcome)

/** Every third has to do with time, and asks the broker for it first. */
async function enqueue(client: Client, at = 1): Promise<Settled> {
  const startedAt = performance.now()
  const told = await client.enqueue('work', [], at % 3 === 0 ? { expires: '1h' } : {}).then(
    ({ id }) => ({ id, outcome: 'acked' }),
    (error: Error & { code?: string; data?: { jobId?: string } }) => ({
      id: error.data?.jobId ?? 'none',
      outcome: error.code ?? error.message,
    }),
  )
  return { ...told, ms: performance.now() - startedAt }
}

async function backAgain(client: Client): Promise<Settled> {
  for (;;) {
    const one = await enqueue(client)
    if (one.outcome === 'acked') return one
    await setTimeout(50)
  }
}
