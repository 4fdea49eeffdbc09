import { appendFileSync } from 'node:fs'

/** Writes what a run does, so that it is known whoever is killed afterwards. */
function note(what, { request }) {
  const line = `${what} ${request.id} ${request.attempt} ${process.pid} ${Date.now()}\n`
  if (process.env.FAULTS_LEDGER) appendFileSync(process.env.FAULTS_LEDGER, line)
}

export const noteStart = (context) => note('start', context)
export const noteEnd = (context) => note('end', context)
