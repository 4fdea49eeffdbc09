import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'bullmq'

/** What the row wants: the connection, and BullMQ's options beside it. */
const { connection, options } = JSON.parse(process.env.RAW_WORKER)

function note(what, { id, attemptsMade }) {
  appendFileSync(process.env.FAULTS_LEDGER, `${what} ${id} ${attemptsMade + 1} ${process.pid} ${Date.now()}\n`)
}

async function work(job) {
  note('start', job)
  await setTimeout(job.data.ms ?? 0)
  if (job.name === 'exits') process.kill(process.pid, 'SIGKILL')
  note('end', job)
}

const worker = new Worker('raw', work, { connection, ...options })
worker.on('error', (error) => console.log(error.message))
await worker.waitUntilReady()
console.log('the worker is ready')
