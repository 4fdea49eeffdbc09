import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { FaultRow } from '../kit/row.ts'

/** So many jobs are under way at once. */
const BATCH = 250

export const row: FaultRow = {
  id: 'F29',
  fault: 'arguments of any kind: Date, Map, BigInt, NaN, cycles, functions, holes, prototypes',
  promise: 'each is refused with its path, or arrives exactly as it was sent',
  repetitions: 10_000,
  quick: 500,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { concurrency: 50 } })
    const client = await project.client()
    await project.worker().ready()
    const values = fc.sample(anything, { numRuns: kit.repetitions, seed: kit.random.between(0, 2 ** 31) })
    const counts = { refused: 0, pathless: 0, exact: 0, changed: 0 }
    const send = async (value: unknown): Promise<void> => {
      const sent = await client.enqueue('echo', [{ value }]).catch((thrown: unknown) => thrown as Refusal)
      if (!('get' in sent)) {
        const isRight = sent.code === 'TASKQ_PAYLOAD_NOT_JSON' && sent.message?.includes('args[0].value')
        counts[isRight ? 'refused' : 'pathless']++
        return
      }
      const { value: arrived } = (await sent.get({ timeout: '60s' })) as { value: unknown }
      counts[isDeepStrictEqual(arrived, plain(value)) ? 'exact' : 'changed']++
    }
    for (let at = 0; at < values.length; at += BATCH) await Promise.all(values.slice(at, at + BATCH).map(send))
    kit.measure('refused with the path', counts.refused, { atLeast: kit.repetitions / 20 })
    kit.measure('arrived as they were sent', counts.exact, { atLeast: kit.repetitions / 20 })
    kit.measure('changed on the way', counts.changed, { exactly: 0 })
    kit.measure('refused in another way', counts.pathless, { exactly: 0 })
    kit.measure('values', counts.refused + counts.exact, { exactly: kit.repetitions })
    const polluted = Object.keys(Object.prototype).length
    kit.measure('keys that every object has since', polluted, { exactly: 0 })
  },
}

interface Refusal {
  readonly code?: string
  readonly message?: string
}

const any = {
  ...{ withBigInt: true, withBoxedValues: true, withDate: true, withMap: true, withNullPrototype: true },
  ...{ withObjectString: true, withSet: true, withSparseArray: true, withTypedArray: true, withUnicodeString: true },
}

const cycle: unknown[] = []
cycle.push(cycle)

/** What fast-check makes, and what it does not. */
const anything = fc.oneof(
  { weight: 3, arbitrary: fc.anything(any) },
  { weight: 3, arbitrary: fc.jsonValue() },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      ...[Number.NaN, Number.POSITIVE_INFINITY, 10n, Symbol('s'), () => 1, cycle, new Date(0), /x/, new Error('e')],
      ...[Promise.resolve(1), new URL('http://a'), Buffer.from('a'), JSON.parse('{"__proto__":{"polluted":1}}')],
      ...[{ toJSON: () => 1 }, new (class Point {})(), Object.create({ inherited: 1 })],
    ),
  },
)

/** What JSON may change: -0 is 0, and a record has an ordinary prototype. */
function plain(value: unknown): unknown {
  if (value === 0) return 0
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}
