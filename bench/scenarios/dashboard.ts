import { setTimeout as sleep } from 'node:timers/promises'
import { fillBacklog } from '../support/backlog.ts'
import { cpuTimeOf, rssOf } from '../support/pty.ts'
import type { Scenario } from '../support/scenario.ts'
import { percentile } from '../support/statistics.ts'
import { openDashboard } from '../support/watched.ts'
import { bareNodeTime } from '../support/worker-process.ts'

/** More than stand on the screen at once. */
const JOBS = 500
/** Rows enough for 200 jobs beside head and foot. */
const SIZE = { columns: 120, rows: 212 }
const SETTLE_MS = 3000
const WATCH_MS = 10_000
const KEYS = 60

/** What the dashboard costs while it shows 200 jobs whose ages all change every second. */
export const dashboardCost: Scenario = {
  name: 'dashboard-cost',
  title: 'dashboard: 200 jobs on the screen, once a second',
  maxRounds: 3,
  metrics: [
    { key: 'firstFrame', title: 'first frame', unit: '× node -e 0', target: { of: 'taskq', atMost: 12 } },
    { key: 'cpu', title: 'CPU, of one core', unit: '%', target: { of: 'taskq', atMost: 8 } },
    { key: 'rss', title: 'RSS', unit: 'MB', target: { of: 'taskq', atMost: 150 } },
    { key: 'keyP50', title: 'key to screen, p50', unit: 'ms' },
    { key: 'keyP95', title: 'key to screen, p95', unit: 'ms', target: { of: 'taskq', atMost: 30 } },
  ],
  run: async ({ redisUrl }, side) => {
    if (side === 'raw') return {}
    await fillBacklog(redisUrl, 'taskq', 1, JOBS)
    const bareMs = await bareNodeTime()
    const startedAt = performance.now()
    const dashboard = openDashboard(redisUrl, SIZE)
    try {
      await dashboard.drew('Queues')
      const firstFrame = (performance.now() - startedAt) / bareMs
      await dashboard.press('3')
      await dashboard.press('l')
      await sleep(SETTLE_MS)
      const { pid } = dashboard
      const cpuBefore = cpuTimeOf(pid)
      await sleep(WATCH_MS)
      const cpu = ((cpuTimeOf(pid) - cpuBefore) / WATCH_MS) * 100
      const rss = rssOf(pid)
      const keys: number[] = []
      for (let n = 0; n < KEYS; n++) {
        await sleep(50 + Math.random() * 50)
        keys.push(await dashboard.press(n < KEYS / 2 ? 'j' : 'k'))
      }
      return { firstFrame, cpu, rss, keyP50: percentile(keys, 0.5), keyP95: percentile(keys, 0.95) }
    } finally {
      await dashboard.close()
    }
  },
}
