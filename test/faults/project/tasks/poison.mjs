import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Ends its process as one that ran out of memory does. */
export const poison = defineTask({ name: 'poison', retries: 5 }, (context) => {
  noteStart(context)
  process.exit(137)
})

/** Takes memory until there is none. */
export const hoards = defineTask({ name: 'hoards', pool: 'process' }, async (context) => {
  noteStart(context)
  for (const hoard = []; ; await new Promise(setImmediate)) hoard.push(new Array(500_000).fill(Math.random()))
})

/** Never ends, and hears nothing. */
export const loops = defineTask({ name: 'loops', pool: 'process', timeLimit: '2s' }, (context) => {
  noteStart(context)
  for (;;);
})

/** Ends at once, in a child. */
export const inChild = defineTask({ name: 'in-child', pool: 'process' }, (context) => {
  noteStart(context)
  noteEnd(context)
})
