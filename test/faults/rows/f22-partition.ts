import { setTimeout } from 'node:timers/promises'
import type { FaultRow } from '../kit/row.ts'

/** Twice the lock, and half of it. */
const APART_MS = 25_000
const TASK_MS = 300
/** Time for the worker to be busy before, and between. */
const BUSY_MS = 1000
/** What the worker had begun, and could not end in time: all its slots. */
const SLOTS = 4

export const row: FaultRow = {
  id: 'F22',
  fault: 'a worker is cut off from the broker for 25 s, and no connection is closed',
  promise: 'it works again within 5 s, and what another worker ran meanwhile is not recorded twice',
  repetitions: 1,
  async run(kit) {
    const redis = await kit.redis()
    const proxy = await kit.proxy(redis)
    const isolated = await kit
      .project({ broker: proxy.url, worker: { concurrency: SLOTS } })
      .worker()
      .ready()
    const other = await kit
      .project({ broker: redis.url, worker: { concurrency: SLOTS } })
      .worker()
      .ready()
    const client = await kit.project(redis.url).client()
    let isOver = false
    const producing = (async () => {
      while (!isOver) {
        kit.ledger.ack((await client.enqueue('work', [TASK_MS])).id)
        await setTimeout(TASK_MS / 4)
      }
    })()
    const workedAfter: number[] = []
    for (let fault = 0; fault < kit.repetitions; fault++) {
      await setTimeout(BUSY_MS)
      const healAt = Date.now() + APART_MS
      // As a network that carries nothing: what was sent meanwhile comes when it is back.
      proxy.delay = () => Math.max(0, healAt - Date.now())
      await setTimeout(APART_MS)
      const started = await kit.ledger.line(
        ({ what, pid, at }) => what === 'start' && pid === isolated.pid && at >= healAt,
      )
      workedAfter.push(started.at - healAt)
    }
    isOver = true
    await producing
    await kit.ledger.settled()
    kit.tally({ duplicates: SLOTS * kit.repetitions })
    kit.measure('longest way back to work', Math.max(...workedAfter), { atMost: 5000, unit: 'ms' })
    const ends = await Promise.all([isolated.stop(), other.stop()])
    kit.measure('workers that did not end well', ends.filter(({ code }) => code !== 0).length, { exactly: 0 })
    kit.measure('jobs left active', await redis.admin.llen('{taskq}:default:active'), { exactly: 0 })
    kit.measure('dead letters', await redis.admin.zcard('{taskq}:default:failed'), { exactly: 0 })
  },
}
