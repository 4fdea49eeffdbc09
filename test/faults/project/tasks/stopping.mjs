import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Whether no run of this job began before. */
function isFirst({ request }) {
  return !readFileSync(process.env.FAULTS_LEDGER, 'utf8').includes(`start ${request.id} `)
}

async function runOnce(context, ms, options) {
  const isLong = isFirst(context)
  noteStart(context)
  if (isLong) await setTimeout(ms, undefined, options)
  noteEnd(context)
}

/** Takes its time in its first run alone, and hears of no signal. */
export const longOnce = defineTask({ name: 'longOnce', retries: 3 }, (context, ms) => runOnce(context, ms))

/** As `longOnce`, and ends when its signal says so. */
export const listensOnce = defineTask({ name: 'listensOnce', retries: 3 }, (context, ms) => {
  context.signal.addEventListener('abort', () => noteAbort(context), { once: true })
  return runOnce(context, ms, { signal: context.signal })
})

/** Beside the ledger, whose lines are of starts and ends alone. */
function noteAbort({ request, signal }) {
  const note = { id: request.id, pid: process.pid, at: Date.now(), why: signal.reason?.code }
  appendFileSync(`${process.env.FAULTS_LEDGER}-aborts`, `${JSON.stringify(note)}\n`)
}

/** Keeps a child process busy in its first run alone, and hears of nothing at all. */
export const blocksOnce = defineTask({ name: 'blocksOnce', pool: 'process', retries: 3 }, (context, ms) => {
  const isLong = isFirst(context)
  noteStart(context)
  // As a call that never comes back; it needs no processor, which the row's other processes do.
  if (isLong) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  noteEnd(context)
})
