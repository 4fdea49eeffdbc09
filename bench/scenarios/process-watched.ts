import { setTimeout as sleep } from 'node:timers/promises'
import { fillBacklog } from '../support/backlog.ts'
import { runChild } from '../support/run-child.ts'
import type { Scenario } from '../support/scenario.ts'
import { openDashboard } from '../support/watched.ts'
import { runTaskq } from './process.ts'

const JOBS = 40_000
const CONCURRENCY = 50
/** A dashboard that starts takes a core for a second, once. */
const SETTLE_MS = 4000

/** What a worker loses while somebody looks: taskq with a dashboard beside taskq without one. */
export const processWatched: Scenario = {
  name: 'process-watched',
  title: 'process: while a dashboard watches, beside taskq with nobody watching',
  metrics: [{ key: 'jobsPerSecond', title: 'throughput', unit: 'jobs/s', target: { of: 'ratio', atLeast: 0.98 } }],
  run: async ({ redisUrl, quick }, side) => {
    const jobs = quick ? JOBS / 5 : JOBS
    const params = { queues: 1, concurrency: CONCURRENCY, jobs, warmUp: jobs / 4 }
    await fillBacklog(redisUrl, 'taskq', 1, params.jobs + params.warmUp)
    const dashboard = side === 'taskq' ? openDashboard(redisUrl, { columns: 120, rows: 40 }) : undefined
    try {
      await dashboard?.drew('Queues')
      if (dashboard !== undefined) await sleep(SETTLE_MS)
      return await runChild({ scenario: 'process-watched', side, redisUrl, params })
    } finally {
      await dashboard?.close()
    }
  },
  child: { taskq: runTaskq, raw: runTaskq },
}
