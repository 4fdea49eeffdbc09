import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { endProcess } from '../support/redis-server.ts'
import type { Scenario } from '../support/scenario.ts'
import { spawnWorker } from '../support/worker-process.ts'

const IDLE_MS = 3000

/** What an idle worker holds in memory: `taskq worker`, against a script with one BullMQ Worker. */
export const idleMemory: Scenario = {
  name: 'idle-memory',
  title: 'memory of an idle worker process',
  maxRounds: 3,
  metrics: [{ key: 'rss', title: 'RSS', unit: 'MB', target: { of: 'taskq', atMost: 90 } }],
  run: async ({ redisUrl, admin }, side) => {
    const worker = spawnWorker(side, redisUrl)
    try {
      await waitForBlockedClient(admin)
      await sleep(IDLE_MS)
      return { rss: rssOf(worker.pid) }
    } finally {
      await endProcess(worker)
    }
  },
}

/** A worker that has started waits for jobs with a blocking command. */
async function waitForBlockedClient(admin: Redis): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!/blocked_clients:[1-9]/.test(await admin.info('clients'))) {
    if (performance.now() > deadline) throw new Error('the worker did not start within 20 s')
    await sleep(20)
  }
}

/** The resident set of a process, in MB of 1,000,000 bytes. */
function rssOf(pid: number | undefined): number {
  return (Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024) / 1e6
}
