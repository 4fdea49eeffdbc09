import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { defineTask } from '../../../../dist/index.js'

/** Bytes that each run keeps for ever, to see that the soak notices. */
const LEAK_BYTES = Number(process.env.SOAK_LEAK_BYTES ?? 0)
const leaked = []

/**
 * Writes what a run does: `what token kind id attempt pid at`. A token is one call's, whatever jobs come of it.
 * `stop` ends a run that does not end its job.
 */
function note(what, { request }, token, kind) {
  if (what === 'start' && LEAK_BYTES > 0) leaked.push(Buffer.alloc(LEAK_BYTES, 1))
  appendFileSync(
    process.env.FAULTS_LEDGER,
    `${what} ${token} ${kind} ${request.id} ${request.attempt} ${process.pid} ${Date.now()}\n`,
  )
}

/** Runs `work` between a start and an end; whatever it throws stops the run. */
async function noted(context, token, kind, work) {
  note('start', context, token, kind)
  try {
    await work()
  } catch (error) {
    note('stop', context, token, kind)
    throw error
  }
  note('end', context, token, kind)
}

const rest = (ms, context) => (ms > 0 ? setTimeout(ms, undefined, { signal: context.signal }) : undefined)
const RETRIED = { retries: 50, backoff: { delay: '200ms', max: '2s' } }

export const plain = defineTask({ name: 'plain', ...RETRIED }, (context, token, ms) =>
  noted(context, token, 'plain', () => rest(ms, context)),
)

/** Fails `failures` times before it ends. */
export const flaky = defineTask({ name: 'flaky', ...RETRIED }, (context, token, failures) =>
  noted(context, token, 'flaky', () => {
    if (context.request.attempt <= failures) throw new Error('as it was told to')
  }),
)

export const urgent = defineTask({ name: 'urgent', queue: 'urgent', ...RETRIED }, (context, token, ms) =>
  noted(context, token, 'urgent', () => rest(ms, context)),
)

export const rated = defineTask({ name: 'rated', rateLimit: '20/s', ...RETRIED }, (context, token, ms) =>
  noted(context, token, 'rated', () => rest(ms, context)),
)

export const narrow = defineTask({ name: 'narrow', maxConcurrency: 3, ...RETRIED }, (context, token, ms) =>
  noted(context, token, 'narrow', () => rest(ms, context)),
)

/** The calls of one key are one job, whose id stands for their token. */
export const once = defineTask({ name: 'once', unique: { key: (key) => key }, ...RETRIED }, (context, _key, ms) =>
  noted(context, context.request.id, 'once', () => rest(ms, context)),
)

/** A part of a workflow: hands on how many parts there were. */
export const part = defineTask({ name: 'part', ...RETRIED }, async (context, token, ms) => {
  await noted(context, token, 'part', () => rest(ms, context))
  return 1
})

/** The last of a workflow: its end is the workflow's. */
export const last = defineTask({ name: 'last', ...RETRIED }, async (context, before, token, expected) => {
  await noted(context, token, 'workflow', () => {
    const parts = [before].flat()
    if (parts.length !== expected) throw new Error(`got ${parts.length} results of ${expected}`)
  })
})
