import type { Kit } from '../kit/kit.ts'
import type { FaultRow } from '../kit/row.ts'
import { SentinelSet } from '../kit/sentinel-set.ts'
import { longestGapMs, steadyLoad } from '../kit/steady-load.ts'

const DOWN_AFTER_MS = 2000
const IN_FLIGHT = 10

export const row: FaultRow = {
  id: 'F19',
  fault: 'a master that freezes with its connections open (SIGSTOP), and is replaced',
  promise: 'callers, workers, their remote control and beat notice, and go on with its successor within 15 s',
  repetitions: 3,
  async run(kit) {
    const set = await SentinelSet.start(kit, DOWN_AFTER_MS)
    const project = kit.project({
      broker: set.broker,
      durability: 'replicated',
      schedule: { tick: { task: 'work', every: '1s' } },
    })
    const worker = await project.worker(['--concurrency', String(IN_FLIGHT), '--beat']).ready()
    const stop = await steadyLoad(kit, project)
    let deafWorkers = 0
    for (let turn = 0; turn < kit.repetitions; turn++) {
      const runs = kit.ledger.starts().length
      await kit.ledger.until(() => kit.ledger.starts().length > runs + 50 || undefined, 20_000, 'the load to run')
      const old = await set.master()
      old.freeze()
      const frozenAt = Date.now()
      await set.successorOf(old)
      await kit.ledger.until(
        () => kit.ledger.ackTimes.some((at) => at > frozenAt + DOWN_AFTER_MS) || undefined,
        30_000,
        'an ack',
      )
      await kit.ledger.line(({ what, at }) => what === 'start' && at > frozenAt + DOWN_AFTER_MS)
      await kit.ledger.line(({ what, id, at }) => what === 'start' && isTick(id) && at > frozenAt + DOWN_AFTER_MS)
      if (!(await isHeard(project, frozenAt))) deafWorkers++
      await set.rejoin(old, () => old.thaw())
    }
    await stop()
    await kit.ledger.settled()
    await worker.stop()
    const starts = kit.ledger.starts()
    kit.tally({ duplicates: IN_FLIGHT * kit.repetitions })
    const gap = (name: string, moments: readonly number[]) =>
      kit.measure(name, longestGapMs(moments), { atMost: GAP_MS, unit: 'ms' })
    gap('longest time without a start', atOf(starts))
    gap('longest time without an answered enqueue', kit.ledger.ackTimes)
    gap('longest time without a slot of beat', atOf(starts.filter(({ id }) => isTick(id))))
    kit.measure('workers that heard no command in 15 s', deafWorkers, { exactly: 0 })
  },
}

const GAP_MS = 15_000
const atOf = (lines: readonly { readonly at: number }[]): number[] => lines.map(({ at }) => at)
const isTick = (id: string): boolean => id.includes('tick')

/** Whether the worker answers a command in time. */
async function isHeard(project: ReturnType<Kit['project']>, since: number): Promise<boolean> {
  const engine = await project.app.engine()
  while (Date.now() - since < GAP_MS) {
    const workers = await engine.workers().catch(() => [])
    const ids = workers.map(({ id }) => id)
    const replies = await engine.command({ name: 'ping' }, ids, 1000).catch(() => [])
    if (replies.length > 0) return true
  }
  return false
}
