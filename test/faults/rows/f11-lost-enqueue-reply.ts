import type { Client } from '../../../dist/client/client.js'
import type { Kit } from '../kit/kit.ts'
import type { FaultRow } from '../kit/row.ts'
import type { TcpProxy } from '../kit/tcp-proxy.ts'

/** Calls that are made at once with one idempotency key. */
const SAME_CALLS = 1000
/** Of the replies to those, every so many pieces one is lost. */
const EACH = 5
const MOST_LOST = 2

export const row: FaultRow = {
  id: 'F11',
  fault: 'the reply to an enqueue is lost; the server has done it',
  promise: 'each call becomes one job, and a thousand calls with one idempotency key become one',
  repetitions: 10,
  async run(kit) {
    const redis = await kit.redis()
    const proxy = await kit.proxy(redis)
    const caller = kit.project(proxy.url)
    const client = await caller.client()
    // The first call finds its server; what it loads is no part of the fault.
    kit.ledger.ack((await client.enqueue('work', [0])).id)
    await loseOneReplyEach(kit, client, proxy)
    kit.measure('replies lost', proxy.dropped, { atLeast: kit.repetitions })
    const sameJobs = await callAtOnce(client, proxy)
    for (const id of sameJobs) kit.ledger.ack(id)
    kit.measure('replies lost among calls with one key', proxy.dropped - kit.repetitions, { atLeast: 1 })
    kit.measure(`jobs of ${SAME_CALLS} calls with one key`, sameJobs.size, { exactly: 1 })
    const worker = await kit.project(redis.url).worker().ready()
    await kit.ledger.settled()
    const engine = await caller.app.engine()
    await kit.ledger.until(() => kit.ledger.lost.length === 0 || undefined, 5000, 'the ends')
    // Whatever is there beyond what was acked has run by then, too: it was enqueued before.
    const { queues } = await engine.queueOverviews()
    kit.measure(
      'jobs left',
      queues.reduce((sum, { queued, scheduled }) => sum + queued + scheduled, 0),
      { exactly: 0 },
    )
    await worker.stop()
    const { acked, runs } = kit.tally()
    kit.measure('runs', runs, { exactly: acked })
    kit.measure('acked', acked, { exactly: kit.repetitions + 2 })
  },
}

async function loseOneReplyEach(kit: Kit, client: Client, proxy: TcpProxy): Promise<void> {
  for (let call = 0; call < kit.repetitions; call++) {
    proxy.loseReplies((request) => {
      const fits = request.includes(`"call-${call}"`)
      if (fits) proxy.loseReplies(undefined)
      return fits
    })
    kit.ledger.ack((await client.enqueue('work', [0, `call-${call}`])).id)
  }
}

/** The ids that the calls were answered with. */
async function callAtOnce(client: Client, proxy: TcpProxy): Promise<Set<string>> {
  const before = proxy.dropped
  let pieces = 0
  proxy.loseReplies((request) => {
    if (!request.includes('the-same')) return false
    return proxy.dropped - before < MOST_LOST && pieces++ % EACH === 0
  })
  const calls = Array.from({ length: SAME_CALLS }, () =>
    client.enqueue('work', [0, 'the-same'], { idempotencyKey: 'the-same' }),
  )
  const handles = await Promise.all(calls)
  proxy.loseReplies(undefined)
  return new Set(handles.map(({ id }) => id))
}
