import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { App } from '../../../dist/app/app.js'
import { resolveConfig } from '../../../dist/config/resolve-config.js'
import type { TaskqConfig } from '../../../dist/config/taskq-config.js'
import { PROJECT } from '../kit/project.ts'
import { Random } from '../kit/random.ts'
import { pickCall } from './load.ts'

/** What the soak tells this process, as JSON in SOAK_PRODUCER. */
export interface ProducerOrder {
  readonly config: TaskqConfig
  /** Where what the broker said is written, a line each: `ack token` or `reject code`. */
  readonly acks: string
  readonly perSecond: number
  readonly seed: number
}

/** Calls that wait for their answers at the same time, at the most. */
const AT_ONCE = 100
const TICK_MS = 20

const order = JSON.parse(process.env.SOAK_PRODUCER ?? '{}') as ProducerOrder
const random = new Random(order.seed)
const app = App.of(resolveConfig({ root: PROJECT, file: { path: 'soak', value: order.config }, env: {} }), {
  cwd: PROJECT,
  env: {},
  warn: () => {},
})
const waiting = new Set<Promise<void>>()
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
await produce()
await Promise.all(waiting)
await app.close()

async function produce(): Promise<void> {
  const client = await app.client()
  const startedAt = performance.now()
  for (let made = 0; !stop.signal.aborted; await setTimeout(TICK_MS)) {
    const due = ((performance.now() - startedAt) / 1000) * order.perSecond
    for (; made < due && waiting.size < AT_ONCE; made++) {
      const answer = pickCall(random)(client, `t${made}`, random).then(
        (token) => note(`ack ${token}`),
        (error: { readonly code?: string }) => note(`reject ${error.code ?? String(error)}`),
      )
      waiting.add(answer)
      void answer.finally(() => waiting.delete(answer))
    }
  }
}

function note(line: string): void {
  appendFileSync(order.acks, `${line}\n`)
}
