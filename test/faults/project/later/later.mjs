import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** What only newer code knows. */
export const later = defineTask({ name: 'later' }, (context) => {
  noteStart(context)
  noteEnd(context)
})
