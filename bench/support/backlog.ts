import { NOOP_TASKS, NoopTask } from '../project/tasks/noop.mjs'
import { connectRaw, openQueue } from './raw-side.ts'
import type { Side } from './scenario.ts'
import { openApp } from './taskq-side.ts'

/** The task that does nothing. */
export const TASK_NAME = 'bench.Noop'

/**
 * What every job of the bench carries: 150 bytes of JSON. (Redis stores a hash with a value above 64 bytes
 * in a costlier way; a payload near that edge would measure on which side taskq's envelope puts it.)
 */
export const payload = (n: number) => ({
  userId: `u_${n}`,
  template: 'welcome',
  locale: 'en',
  subject: 'Welcome aboard: three things to try in your first week',
  campaign: 'onboarding-2026',
  attempt: 1,
})

/** The queues of the scenarios: one, or five. */
export const queueNames = (count: number): string[] =>
  count === 1 ? ['bench'] : Array.from({ length: count }, (_, n) => `bench${n}`)

const STEP = 1000

/** Fills the queues evenly with jobs that do nothing. */
export async function fillBacklog(redisUrl: string, side: Side, queues: number, jobs: number): Promise<void> {
  if (side === 'taskq') await fillTaskq(redisUrl, queues, jobs)
  else await fillRaw(redisUrl, queues, jobs)
}

async function fillTaskq(redisUrl: string, queues: number, jobs: number): Promise<void> {
  const app = openApp(redisUrl)
  const tasks = queues === 1 ? [NoopTask] : NOOP_TASKS.slice(0, queues)
  for (let sent = 0; sent < jobs; sent += STEP) {
    const numbers = Array.from({ length: Math.min(STEP, jobs - sent) }, (_, n) => sent + n)
    await Promise.all(numbers.map((n) => tasks[n % tasks.length]?.delay(payload(n))))
  }
  await app.close()
}

async function fillRaw(redisUrl: string, queues: number, jobs: number): Promise<void> {
  const connection = connectRaw(redisUrl)
  for (const name of queueNames(queues)) {
    const queue = openQueue(connection, name)
    const share = jobs / queues
    for (let sent = 0; sent < share; sent += STEP) {
      const numbers = Array.from({ length: Math.min(STEP, share - sent) }, (_, n) => sent + n)
      await queue.addBulk(numbers.map((n) => ({ name: TASK_NAME, data: payload(n) })))
    }
    await queue.close()
  }
  await connection.quit()
}
