import { setTimeout } from 'node:timers/promises'
import type { Client } from '../../../dist/client/client.js'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import type { WorkerProcess } from '../kit/worker-process.ts'

const LOCK_MS = 5000
/** One job more runs beside the one that blocks, and is covered, too. */
const BESIDE_MS = 2000
/** Twelve locks. */
const BLOCK_MS = 60_000
const SPIN_MS = 14_000
/** A second is told of, and half of one is not. */
const TOLD_MS = 1200
const UNTOLD_MS = 500

/** What a worker is given to choke on. */
interface Choke {
  readonly task: 'blocks' | 'spins'
  readonly ms: number
}

export const row: FaultRow = {
  id: 'F24',
  fault: 'a task blocks the event loop for 60 s, the lock being 5 s',
  promise: 'no other worker runs its jobs meanwhile, its result is kept, and the log names the task from 1 s on',
  repetitions: 4,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { lock: LOCK_MS, stallCheck: 1000, concurrency: 2 } })
    const client = await project.client()
    const chokes = Array.from({ length: kit.repetitions }, (_, index): Choke => {
      return index === 0 ? { task: 'spins', ms: SPIN_MS } : { task: 'blocks', ms: BLOCK_MS }
    })
    // Each has a queue of its own, so that each gets its own jobs. Those that sleep block in their very first one.
    const queues = chokes.map((_, index) => `choke-${index}`)
    const chokedWorkers = await Promise.all(queues.map((queue) => project.worker(['--queue', queue]).ready()))
    for (const [index, { task, ms }] of chokes.entries()) {
      const queue = queues[index] ?? ''
      if (task === 'spins') {
        const { id: first } = await client.enqueue('work', [1000], { queue })
        kit.ledger.ack(first)
        await kit.ledger.line(({ what, id }) => what === 'end' && id === first)
      }
      kit.ledger.ack((await client.enqueue('work', [BESIDE_MS], { queue })).id)
      const { id } = await client.enqueue(task, [ms], { queue })
      kit.ledger.ack(id)
      await kit.ledger.line(({ what, id: started }) => what === 'start' && started === id)
    }
    const all = queues.flatMap((queue) => ['--queue', queue])
    const thieves = await Promise.all([project.worker(all).ready(), project.worker(all).ready()])
    await measureShortBlocks(kit, project, client)
    const longestMs = Math.max(...chokes.map(({ ms }) => ms))
    await kit.ledger.settled(longestMs + 30_000)
    await Promise.all(chokedWorkers.map((worker) => worker.line(/event loop was blocked/, 10_000)))
    const ends = await Promise.all([...chokedWorkers, ...thieves].map((worker) => worker.stop()))
    await measure(kit, chokes, chokedWorkers)
    kit.measure('workers that did not end well', ends.filter(({ code }) => code !== 0).length, { exactly: 0 })
    const active = await Promise.all(queues.map((queue) => redis.admin.llen(`{taskq}:${queue}:active`)))
    const dead = await Promise.all(queues.map((queue) => redis.admin.zcard(`{taskq}:${queue}:failed`)))
    kit.measure(
      'jobs left active',
      active.reduce((sum, count) => sum + count),
      { exactly: 0 },
    )
    kit.measure(
      'dead letters',
      dead.reduce((sum, count) => sum + count),
      { exactly: 0 },
    )
  },
}

/** Each in a worker of its own: one that has told of a block tells of the next ten seconds later. */
async function measureShortBlocks(kit: Kit, project: Project, client: Client): Promise<void> {
  const outputs = await Promise.all(
    [TOLD_MS, UNTOLD_MS].map(async (ms) => {
      const queue = `short-${ms}`
      const worker = await project.worker(['--queue', queue]).ready()
      const { id } = await client.enqueue('blocks', [ms], { queue })
      kit.ledger.ack(id)
      await kit.ledger.line(({ what, id: ended }) => what === 'end' && ended === id)
      await setTimeout(SAID_MS)
      await worker.stop()
      return worker.output
    }),
  )
  const [told, untold] = outputs.map((output) => (/event loop was blocked for .*blocks/.test(output) ? 1 : 0))
  kit.measure(`warnings of a block of ${TOLD_MS} ms`, told ?? 0, { exactly: 1 })
  kit.measure(`warnings of a block of ${UNTOLD_MS} ms`, untold ?? 0, { exactly: 0 })
}

/** A warning that is to come has come by then. */
const SAID_MS = 2000

async function measure(kit: Kit, chokes: readonly Choke[], workers: readonly WorkerProcess[]): Promise<void> {
  kit.tally()
  kit.measure('runs at the same time', kit.ledger.overlaps, { exactly: 0 })
  const runs = kit.ledger.starts().length
  kit.measure('runs beside one for each job', runs - kit.ledger.acked.length, { exactly: 0 })
  const warned = workers.filter(({ output }, index) =>
    new RegExp(`event loop was blocked for .* ${chokes[index]?.task}\\b|by ${chokes[index]?.task}\\b`).test(output),
  )
  kit.measure('workers that named what blocked them', warned.length, { exactly: workers.length })
  const lost = workers.filter(({ output }) => /no longer ours/.test(output)).length
  kit.measure('results thrown away', lost, { exactly: 0 })
}
