import { setTimeout } from 'node:timers/promises'
import { ClusterOf } from '../kit/cluster.ts'
import type { FaultRow } from '../kit/row.ts'
import { Writers } from '../kit/writers.ts'

export const row: FaultRow = {
  id: 'F21',
  fault: "the app's slot moves to another node of the Cluster, under load",
  promise: 'no job is lost, none is refused, and nobody waits longer than 2 s',
  repetitions: 10,
  async run(kit) {
    const cluster = await ClusterOf.start(kit)
    const project = kit.project({ broker: { cluster: cluster.hosts }, worker: { concurrency: 10 } })
    const worker = await project.worker().ready()
    const writers = new Writers(await project.client(), {
      count: 20,
      pauseMs: 100,
      onAck: ({ id }) => kit.ledger.ack(id),
    })
    const slot = await cluster.slotOf('{taskq}')
    const moved: number[] = []
    for (let move = 0; move < kit.repetitions; move++) {
      await setTimeout(kit.random.between(500, 1000))
      const owner = await cluster.ownerOf(slot)
      const others = cluster.nodes.filter((node) => node !== owner)
      moved.push(await cluster.moveSlot(slot, owner, kit.random.pick(others)))
    }
    await setTimeout(500)
    await writers.stop()
    await kit.ledger.settled()
    await worker.stop()
    const tally = kit.tally()
    kit.measure('moves', moved.length, { exactly: kit.repetitions })
    kit.measure('keys in the smallest of them', Math.min(...moved), { atLeast: 10 })
    kit.measure('rejected', writers.rejected, { exactly: 0 })
    kit.measure('acked', tally.acked, { atLeast: 500 })
    kit.measure('longest without an ack', writers.worstGapMs, { atMost: 2000, unit: 'ms' })
    kit.measure('longest without a start', tally.worstGapMs, { atMost: 2000, unit: 'ms' })
  },
}
