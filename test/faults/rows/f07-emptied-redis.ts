import { setTimeout } from 'node:timers/promises'
import type { FaultRow } from '../kit/row.ts'
import type { Program } from '../kit/worker-process.ts'

const LOST = /the broker lost data/
/** The entries of the schedule, which are to be back. */
const ENTRIES = ['nightly', 'yearly']

export const row: FaultRow = {
  id: 'F07',
  fault: 'Redis without a file is restarted, or somebody says FLUSHALL',
  promise: 'the loss is noticed and said once, the schedule is back within 10 s, and taskq doctor warned of it before',
  repetitions: 4,
  async run(kit) {
    const redis = await kit.redis()
    const schedule = { nightly: { task: 'work', cron: '0 3 * * *' }, yearly: { task: 'work', cron: '0 0 1 1 *' } }
    const project = kit.project({ broker: redis.url, schedule })
    const { code, stdout } = await project.taskq(['doctor'])
    kit.measure('exit code of taskq doctor before', code ?? -1, { exactly: 1 })
    kit.measure('findings that a restart loses every job', count(stdout, /a restart loses every job/), { exactly: 1 })
    const worker = await project.worker().ready()
    const beat = project.start(['beat'])
    await beat.line(/beat leads/)
    const client = await project.client()
    const backMs: number[] = []
    for (let loss = 1; loss <= kit.repetitions; loss++) {
      // It ends before the loss: what is lost with the broker is what this row is about.
      const job = await client.enqueue('work', [])
      kit.ledger.ack(job.id)
      await job.get({ timeout: '20s' })
      const at = Date.now()
      if (loss % 2 === 0) await redis.admin.flushall()
      else {
        await redis.kill()
        await redis.start()
      }
      while ((await redis.admin.exists(...ENTRIES.map((name) => `{taskq}~schedule:${name}`))) < ENTRIES.length)
        await setTimeout(20)
      backMs.push(Date.now() - at)
      await Promise.all([told(worker, loss), told(beat, loss)])
    }
    // One that is said twice is said with the next heartbeat.
    await setTimeout(6000)
    const { code: after } = await project.taskq(['call', 'work', '--wait'])
    kit.measure('exit code of a call after the last loss', after ?? -1, { exactly: 0 })
    await Promise.all([worker.stop(), beat.stop()])
    kit.tally()
    kit.measure('losses', kit.repetitions, { exactly: kit.repetitions })
    kit.measure('lines of the worker about them', count(worker.output, LOST), { exactly: kit.repetitions })
    kit.measure('lines of beat about them', count(beat.output, LOST), { exactly: kit.repetitions })
    kit.measure('longest until the schedule is back', Math.max(...backMs), { atMost: 10_000, unit: 'ms' })
  },
}

const count = (text: string, what: RegExp): number => text.split('\n').filter((line) => what.test(line)).length

/** Resolves when a program has said so often that data was lost. */
async function told(program: Program, times: number): Promise<void> {
  const deadline = Date.now() + 20_000
  while (count(program.output, LOST) < times && Date.now() < deadline) await setTimeout(20)
}
