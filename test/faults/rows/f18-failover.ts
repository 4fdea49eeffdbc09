import type { FaultRow } from '../kit/row.ts'
import { SentinelSet } from '../kit/sentinel-set.ts'
import { steadyLoad } from '../kit/steady-load.ts'

const DOWN_AFTER_MS = 1000

export const row: FaultRow = {
  id: 'F18',
  fault: 'kill -9 of the master of a Sentinel set, under load',
  promise: 'callers and workers go on with its successor within 10 s; what replicas acknowledged is not lost',
  // Each failover takes some five seconds, and a row has no more than a minute.
  repetitions: 8,
  async run(kit) {
    const set = await SentinelSet.start(kit, DOWN_AFTER_MS)
    const project = kit.project({ broker: set.broker, durability: 'replicated' })
    const worker = await project.worker(['--concurrency', '10']).ready()
    const stop = await steadyLoad(kit, project)
    let slowestMs = 0
    for (let turn = 0; turn < kit.repetitions; turn++) {
      const runs = kit.ledger.starts().length
      await kit.ledger.until(() => kit.ledger.starts().length > runs + 50 || undefined, 20_000, 'the load to run')
      const old = await set.master()
      await old.kill()
      const killedAt = Date.now()
      await set.successorOf(old)
      const next = await kit.ledger.line(({ what, at }) => what === 'start' && at > killedAt + DOWN_AFTER_MS)
      slowestMs = Math.max(slowestMs, next.at - killedAt)
      await set.rejoin(old, () => old.start())
    }
    await stop()
    await kit.ledger.settled()
    await worker.stop()
    const { runs, acked, worstGapMs } = kit.tally({ duplicates: IN_FLIGHT * kit.repetitions })
    kit.measure('longest time without a start', worstGapMs, { atMost: 10_000, unit: 'ms' })
    kit.measure('slowest start after a kill', slowestMs, { atMost: 10_000, unit: 'ms' })
    kit.measure('jobs that ran', runs, { atLeast: acked })
  },
}

/** The worker's slots: what they ran when the master died may run again. */
const IN_FLIGHT = 10
