import { execFileSync, spawn } from 'node:child_process'
import { threadId } from 'node:worker_threads'
import { currentContext, currentJob, defineTask, group, Reject, Snooze } from 'taskq'

// Loaded twice: by the tests, and by the children that their workers make.

/** Which child runs it. */
export const place = defineTask({ name: 'place' }, () => ({ pid: process.pid, threadId }))

export const add = defineTask({ name: 'add' }, (_ctx, a: number, b: number) => a + b)

/** Gives back what it got, and says what that is. */
export const returns = defineTask({ name: 'returns', codec: { types: true } }, (_ctx, value: unknown[]) => ({
  value,
  classes: value.map((item) => (item as object).constructor.name),
}))

/** Returns what looks like plain data, and cannot be sent between processes. */
export const returnsProxy = defineTask({ name: 'returnsProxy' }, () => ({ user: new Proxy({ name: 'a' }, {}) }))

/** What it got, as text. */
export const showsArgs = defineTask({ name: 'showsArgs' }, (_ctx, ...args: unknown[]) => JSON.stringify(args))

/** Closes its way to the worker, and goes on. */
export const hangsUp = defineTask({ name: 'hangsUp' }, () => {
  process.disconnect?.()
  return new Promise((resolve) => setTimeout(resolve, 600_000))
})

/** Cannot be ended by what ends JavaScript. */
export const blocksInNative = defineTask({ name: 'blocksInNative' }, () => {
  execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 6000)'])
})

/** Waits, and tells where it does. */
export const waits = defineTask({ name: 'waits' }, async ({ progress }, ms: number) => {
  await progress({ pid: process.pid })
  await new Promise((resolve) => setTimeout(resolve, ms))
  return process.pid
})

/** Enqueues with the child's own app. */
export const addElsewhere = defineTask({ name: 'addElsewhere', pool: 'async' }, async () => 'here')

export const callsAnother = defineTask({ name: 'callsAnother' }, async () => {
  const result = await addElsewhere.delay()
  return result.get({ timeout: '10s' })
})

export const talks = defineTask({ name: 'talks' }, async ({ log, progress, request }) => {
  log.warn({ left: 3, error: new TypeError('told') }, 'careful')
  await progress({ done: 0.5 })
  return { attempt: request.attempt, queue: request.queue, headers: request.headers }
})

/** Tells where it runs, and is then deaf for ever. */
export const spins = defineTask({ name: 'spins' }, async ({ progress }) => {
  await progress({ pid: process.pid })
  for (;;);
})

export const retriesOnce = defineTask(
  { name: 'retriesOnce', retries: 1, backoff: { delay: 1 } },
  ({ request }, how: 'exits' | 'returns') => {
    if (request.attempt === 1 && how === 'exits') process.exit(7)
    return request.attempt
  },
)

export const throwsLate = defineTask({ name: 'throwsLate' }, () => {
  setTimeout(() => {
    throw new RangeError('nobody catches this')
  }, 1)
  return new Promise(() => {})
})

export const fails = defineTask({ name: 'fails', retries: 1, backoff: { type: () => 1 } }, () => {
  throw Object.assign(new TypeError('wrong'), { code: 'E_WRONG' })
})

export const listens = defineTask({ name: 'listens' }, async ({ signal, progress }) => {
  const told = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  await progress({ pid: process.pid })
  return told
})

/** Starts a program of its own, and is then deaf for ever. */
export const startsProgram = defineTask({ name: 'startsProgram' }, async ({ progress }) => {
  const program = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await progress({ pid: process.pid, program: program.pid })
  for (;;);
})

export const holdsMemory = defineTask({ name: 'holdsMemory' }, () => {
  held.push(new Array(12_000_000).fill(0.5))
  return { pid: process.pid, threadId }
})
const held: unknown[] = []

/** Tells what it finds around it, and enqueues a job. */
export const looksAround = defineTask({ name: 'looksAround' }, async () => {
  await addElsewhere.delay()
  return { pid: process.pid, context: currentContext(), job: currentJob()?.request.id }
})

class Gone extends Error {}
let snoozes = 0

/** Throws what it is told to, and tells of its hooks. */
export const throwsAsTold = defineTask(
  { name: 'throwsAsTold', retries: 3, backoff: { delay: 1 }, dontRetryOn: [Gone], throws: [Gone] },
  (_ctx, what: 'Gone' | 'Reject' | 'Snooze' | 'nothing more') => {
    if (what === 'Gone') throw new Gone('for good')
    if (what === 'Reject') throw new Reject('no')
    if (what === 'Snooze' && snoozes++ === 0) throw new Snooze(1)
    if (what === 'nothing more') for (;;);
    return process.pid
  },
  {
    onFailure: ({ log }, error) => log.info(`failed: ${error.message}`),
    afterReturn: ({ log }, { state }) => log.info({ pid: process.pid }, state),
  },
)

/** Waits for a group that it makes, with its child's own app. */
export const spawnsTwo = defineTask({ name: 'spawnsTwo' }, async (ctx) => {
  const results = await ctx.spawn(group([add.s(1, 2), addElsewhere.s()]))
  return results.get({ timeout: '15s' })
})

export const isReplaced = defineTask({ name: 'isReplaced' }, async (ctx, n: number) => ctx.replace(add.s(n, 1)))

export const sums = defineTask({ name: 'sums' }, (_ctx, all: number[]) => all.reduce((one, more) => one + more, 0))

/** Takes the process down that it is in. */
export const dies = defineTask({ name: 'dies' }, () => process.exit(137))
