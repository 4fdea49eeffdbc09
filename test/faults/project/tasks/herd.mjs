import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Fails in its first run. Its jitter is the default. */
export const herd = defineTask({ name: 'herd', retries: 1, backoff: { type: 'fixed', delay: '30s' } }, (context) => {
  noteStart(context)
  if (context.request.attempt === 1) throw new Error('what it needs is away')
  noteEnd(context)
})

/** Ten start in a second, wherever they run. */
export const limited = defineTask({ name: 'limited', rateLimit: '10/s', retries: 3 }, (context) => {
  noteStart(context)
  noteEnd(context)
})

/** Leaves a result. */
export const answers = defineTask({ name: 'answers' }, (context) => {
  noteStart(context)
  noteEnd(context)
  return 'a result of some length, as results are'
})
