import type { Client } from '../../../dist/client/client.js'
import type { FaultRow } from '../kit/row.ts'

const SIZES = [1, 10, 50, 200].map((megabytes) => megabytes * 1_048_576)

export const row: FaultRow = {
  id: 'F28',
  fault: 'arguments and results of 1, 10, 50 and 200 MB',
  promise:
    'arguments are refused within 5 ms, with their size; a result ends its job, once; the broker sees none of it',
  repetitions: 10,
  quick: 2,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project(redis.url)
    const client = await project.client()
    await project.worker().ready()
    await (await client.enqueue('echo', ['warm'])).get({ timeout: '20s' })
    const before = await memoryOf(redis)
    const texts = SIZES.map((bytes) => 'x'.repeat(bytes))
    const refusals: Awaited<ReturnType<typeof refuse>>[] = []
    for (const text of texts) refusals.push(await refuse(client, text, kit.repetitions))
    const tries = kit.repetitions * SIZES.length
    const sum = (key: 'refused' | 'sized') => refusals.reduce((all, one) => all + one[key], 0)
    kit.measure('arguments refused', sum('refused'), { exactly: tries })
    kit.measure('refusals that tell the size', sum('sized'), { exactly: tries })
    const slowest = Math.max(...refusals.map(({ medianMs }) => medianMs))
    kit.measure('slowest refusal, the median of its tries', slowest, { atMost: 5, unit: 'ms' })
    let ended = 0
    for (const bytes of SIZES) {
      const job = await client.enqueue('returns', [bytes])
      kit.ledger.ack(job.id)
      const error = (await job.get({ timeout: '30s' }).catch((thrown: unknown) => thrown)) as Refusal
      if (error.failure?.code === 'TASKQ_RESULT_TOO_LARGE' || /bytes of JSON/.test(error.message ?? '')) ended++
    }
    kit.measure('results that ended their job', ended, { exactly: SIZES.length })
    kit.measure('runs of these jobs', kit.ledger.starts().length, { exactly: SIZES.length })
    kit.measure('more memory in the broker', (await memoryOf(redis)) - before, { atMost: 2_000_000, unit: 'bytes' })
    kit.tally()
  },
}

/** Sends a text so often, and tells how it was refused. */
async function refuse(client: Client, text: string, tries: number) {
  const times: number[] = []
  let [refused, sized] = [0, 0]
  for (let left = tries; left > 0; left--) {
    const startedAt = performance.now()
    const error = (await client.enqueue('echo', [{ text }]).catch((thrown: unknown) => thrown)) as Refusal
    times.push(performance.now() - startedAt)
    if (error.code === 'TASKQ_PAYLOAD_TOO_LARGE') refused++
    if (error.message?.includes(String(text.length).slice(0, 3))) sized++
  }
  const medianMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY
  return { refused, sized, medianMs }
}

interface Refusal {
  readonly code?: string
  readonly message?: string
  readonly failure?: { readonly code?: string }
}

async function memoryOf({ admin }: { readonly admin: { info(section: string): Promise<string> } }) {
  return Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
}
