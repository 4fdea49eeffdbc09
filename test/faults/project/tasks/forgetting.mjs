import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Leaves no trace in the broker. */
export const forgets = defineTask({ name: 'forgets', ignoreResult: true }, (context) => {
  noteStart(context)
  noteEnd(context)
})
