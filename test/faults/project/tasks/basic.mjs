import { setTimeout } from 'node:timers/promises'
import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Takes its time, and hears of no signal. */
export const work = defineTask({ name: 'work', queue: 'default', retries: 3 }, async (context, ms = 0) => {
  noteStart(context)
  if (ms > 0) await setTimeout(ms)
  noteEnd(context)
  return context.request.id
})

/** As `work`, and ends when its signal says so. */
export const listens = defineTask({ name: 'listens', retries: 3 }, async (context, ms = 0) => {
  noteStart(context)
  await setTimeout(ms, undefined, { signal: context.signal })
  noteEnd(context)
})

/** Keeps its process from everything else. */
export const spins = defineTask({ name: 'spins', retries: 3 }, (context, ms = 0) => {
  noteStart(context)
  const until = performance.now() + ms
  while (performance.now() < until);
  noteEnd(context)
})

/** Takes its process down. */
export const exits = defineTask({ name: 'exits', retries: 4 }, (context, signal = 'SIGKILL') => {
  noteStart(context)
  process.kill(process.pid, signal)
  return new Promise(() => {})
})

/** Fails each time. */
export const fails = defineTask({ name: 'fails', retries: 0 }, (context, message = 'as it was told to') => {
  noteStart(context)
  throw new Error(message)
})
