import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Blocks the event loop as `spins` does, without a processor's help: as a call does that waits in the kernel. */
export const blocks = defineTask({ name: 'blocks', retries: 3 }, (context, ms = 0) => {
  noteStart(context)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  noteEnd(context)
  return `after ${ms} ms`
})
