import { setTimeout } from 'node:timers/promises'
import type { FaultRow } from '../kit/row.ts'
import { SentinelSet } from '../kit/sentinel-set.ts'
import { rawQueue, rawWorker } from './raw-bullmq.ts'

const DOWN_AFTER_MS = 2000
const GAP_MS = 15_000
/** Beyond what is promised: to tell late from never. */
const WATCHED_MS = 25_000

export const row: FaultRow = {
  id: 'F19',
  fault: 'a master that freezes with its connections open (SIGSTOP), and is replaced',
  promise: 'callers and workers notice, and go on with its successor within 15 s',
  repetitions: 1,
  breaks: ['longest time without a start', 'enqueues answered after it'],
  async run(kit) {
    const set = await SentinelSet.start(kit, DOWN_AFTER_MS)
    const connection = { sentinels: [...set.broker.sentinels], name: set.broker.name }
    const queue = rawQueue(kit, connection)
    await rawWorker(kit, connection, { concurrency: 10 }).ready()
    const over = new AbortController()
    kit.onClose(() => void over.abort())
    // A call that gets no answer keeps no other from being made.
    const load = setInterval(() => {
      queue.add('work', {}).then(
        ({ id = '' }) => kit.ledger.ack(id),
        () => {},
      )
    }, 100)
    over.signal.addEventListener('abort', () => clearInterval(load))
    await kit.ledger.until(() => kit.ledger.starts().length > 20 || undefined, 20_000, 'the load to run')
    const old = await set.master()
    old.freeze()
    const frozenAt = Date.now()
    await set.successorOf(old)
    const isOn = () => kit.ledger.starts().some(({ at }) => at > frozenAt + DOWN_AFTER_MS)
    while (Date.now() - frozenAt < WATCHED_MS && !isOn()) await setTimeout(100)
    clearInterval(load)
    kit.measure('longest time without a start', isOn() ? gapAfter(kit.ledger.starts(), frozenAt) : WATCHED_MS, {
      atMost: GAP_MS,
      unit: 'ms',
    })
    const acks = kit.ledger.ackTimes.filter((at) => at > frozenAt + DOWN_AFTER_MS)
    kit.measure('enqueues answered after it', acks.length, { atLeast: 1 })
    old.thaw()
  },
}

function gapAfter(starts: readonly { readonly at: number }[], since: number): number {
  const first = starts.find(({ at }) => at > since + DOWN_AFTER_MS)
  return first === undefined ? Number.POSITIVE_INFINITY : first.at - since
}
