import type { Redis } from 'ioredis'
import type { FaultRow } from '../kit/row.ts'

const KEY = '{taskq}~schedule:tick'
const PROMISED_MS = 60_000

/** What somebody deletes of a schedule in the broker. */
const LOSSES: Readonly<Record<string, (redis: Redis) => Promise<unknown>>> = {
  'how far it has come': (redis) => redis.hdel(KEY, 'state'),
  'all of it': (redis) => redis.del(KEY),
  'the list of names': (redis) => redis.del('{taskq}~schedules'),
  everything: async (redis) => redis.del(...(await redis.keys('{taskq}~schedule*'))),
}

export const row: FaultRow = {
  id: 'F36',
  fault: 'what a schedule has stored of its next run is deleted',
  promise: 'the schedule goes on within 60 s',
  repetitions: 8,
  quick: 2,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, schedule: { tick: { task: 'work', every: '1s' } } })
    const worker = await project.worker(['--beat']).ready()
    const losses = Object.values(LOSSES)
    const gaps: number[] = []
    await kit.ledger.line(({ what }) => what === 'start')
    for (let turn = 0; turn < kit.repetitions; turn++) {
      await losses[turn % losses.length]?.(redis.admin)
      const deletedAt = Date.now()
      const seen = kit.ledger.starts().length
      // The next may have been enqueued before.
      const again = await kit.ledger.until(() => kit.ledger.starts()[seen + 1], PROMISED_MS, 'the next runs')
      gaps.push(again.at - deletedAt)
    }
    await worker.stop()
    for (const { id } of kit.ledger.starts()) kit.ledger.ack(id)
    const { acked, runs } = kit.tally()
    kit.measure('runs', runs, { exactly: acked })
    kit.measure('longest time to the second run after it', Math.max(...gaps), { atMost: PROMISED_MS, unit: 'ms' })
  },
}
