import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../dist/time/clock.js'
import { idleSchedule, openBeat } from '../support/beat-side.ts'
import { Meter } from '../support/meter.ts'
import { isSecond, runPair } from '../support/run-pair.ts'
import type { ChildTask, Scenario, Tell } from '../support/scenario.ts'
import { openApp } from '../support/taskq-side.ts'

const MINUTE_MS = 60_000
const QUIET_MS = 8000
const SETTLE_MS = 1000
/** How often a leader reads all entries anew, and how long it is watched while it does. */
const WATCHDOG_EVERY_MS = 30_000
const WATCHDOG_MS = 2000

/**
 * What a leader and a standby take while no entry is due, per minute. Twice a minute, a leader reads all entries anew:
 * its clock is put forward, so that it does so within the short time it is watched.
 */
export const beatIdle: Scenario = {
  name: 'beat-idle',
  title: 'beat: idle, 1,000 entries, a leader and a standby',
  maxRounds: 1,
  countsFirst: true,
  metrics: [
    { key: 'leaderCpu', title: 'CPU of Node, the leader', unit: 'ms/min' },
    { key: 'standbyCpu', title: 'CPU of Node, the standby', unit: 'ms/min' },
    { key: 'redisCpu', title: 'CPU of Redis, with both', unit: 'ms/min' },
  ],
  run: async ({ redisUrl, quick }, side) => {
    if (side === 'raw') return {}
    const params = { entries: 1000, quietMs: quick ? QUIET_MS / 4 : QUIET_MS }
    const [leader, standby] = await runPair({ scenario: 'beat-idle', side, redisUrl, params })
    return { ...leader, ...standby }
  },
  child: { taskq: (task, tell) => (isSecond(task) ? runStandby(task, tell) : runLeader(task, tell)), raw: nothing },
}

async function runLeader({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { entries = 0, quietMs = 0 } = params
  const app = openApp(redisUrl, 1, idleSchedule(entries))
  let aheadMs = 0
  const clockOf = (broker: Clock): Clock => ({
    now: () => broker.now() + aheadMs,
    sleep: (ms, signal) => broker.sleep(ms, signal),
  })
  const { beat, leading } = await openBeat(app, { clockOf })
  await beat.start()
  await leading
  tell.ready()
  // The standby's start is not counted.
  await sleep(SETTLE_MS)
  const meter = new Meter(redisUrl)
  const quiet = await meter.measure(quietMs, () => sleep(quietMs))
  aheadMs += WATCHDOG_EVERY_MS
  const reading = await meter.measure(WATCHDOG_MS, () => sleep(WATCHDOG_MS))
  const perMinute = (key: string) => msPerMinute(quiet[key], reading[key])
  tell.measured({ leaderCpu: perMinute('nodeCpu'), redisCpu: perMinute('redisCpu') })
  await beat.stop()
  await app.close()
  meter.close()
}

async function runStandby({ redisUrl, params }: ChildTask, tell: Tell): Promise<void> {
  const { entries = 0, quietMs = 0 } = params
  const app = openApp(redisUrl, 1, idleSchedule(entries))
  const { beat } = await openBeat(app)
  await beat.start()
  const meter = new Meter(redisUrl)
  const quiet = await meter.measure(quietMs, () => sleep(quietMs))
  tell.measured({ standbyCpu: msPerMinute(quiet.nodeCpu, quiet.nodeCpu) })
  // As long as the leader is measured, so that Redis has both.
  await sleep(WATCHDOG_MS)
  await beat.stop()
  await app.close()
  meter.close()
}

/** Of microseconds per millisecond: in quiet, and while all entries are read anew. */
function msPerMinute(quiet = Number.NaN, reading = Number.NaN): number {
  const readingMs = (MINUTE_MS / WATCHDOG_EVERY_MS) * WATCHDOG_MS
  return (quiet * (MINUTE_MS - readingMs) + reading * readingMs) / 1000
}

async function nothing(): Promise<void> {}
