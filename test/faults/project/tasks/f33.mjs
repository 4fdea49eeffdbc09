import { readFileSync } from 'node:fs'
import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Fails in its first run, and runs again a second later. */
export const failsOnce = defineTask(
  { name: 'failsOnce', retries: 1, backoff: { type: 'fixed', delay: '1s', jitter: false } },
  (context) => {
    const isFirst = !readFileSync(process.env.FAULTS_LEDGER, 'utf8').includes(`start ${context.request.id} `)
    noteStart(context)
    if (isFirst) throw new Error('the first time')
    noteEnd(context)
  },
)
