import type { Engine } from '../../../dist/engine/engine.js'
import type { Random } from '../kit/random.ts'
import type { FaultRow } from '../kit/row.ts'

const KEY = '{taskq}:default:'
const BATCH = 500
/** A later taskq writes this; nobody knows what else will be in it. */
const LATER = { v: 99, args: [], shape: 'of another time' }
/** One in so many is of a later layout. */
const LATER_ONE_IN = 20

export const row: FaultRow = {
  id: 'F32',
  fault: 'envelopes of later code, and 10,000 that were changed at random',
  promise: 'no worker crashes; what is of later code waits for it, all else ends, and good jobs run beside',
  repetitions: 10_000,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url })
    const engine = await project.app.engine()
    const client = await project.client()
    const worker = await project.worker().ready(90_000)
    let later = 0
    for (let sent = 0; sent < kit.repetitions; sent += BATCH) {
      const texts = Array.from({ length: BATCH }, (_, index) => {
        if ((sent + index) % LATER_ONE_IN !== 0) return changed(kit.random)
        later++
        return JSON.stringify(LATER)
      })
      await add(engine, texts, sent)
      kit.ledger.ack((await client.enqueue('work', [])).id)
    }
    await kit.ledger.settled(120_000)
    await drained(redis.admin)
    const isAlive = worker.exit === undefined
    const { code } = await worker.stop()
    const sets = await Promise.all(
      ['delayed', 'failed', 'completed', 'wait'].map((set) => idsIn(redis.admin, `${KEY}${set}`)),
    )
    // What keeps no result leaves no trace but what its run wrote.
    const known = new Set([...sets.flat(), ...kit.ledger.ends().map(({ id }) => id)])
    const lost = Array.from({ length: kit.repetitions }, (_, index) => fuzzId(index)).filter((id) => !known.has(id))
    kit.tally()
    kit.measure('workers that died', isAlive && code === 0 ? 0 : 1, { exactly: 0 })
    const put = await waiting(redis.admin)
    kit.measure('jobs of later code that wait', put.later, { exactly: later })
    kit.measure('changed envelopes that neither ended nor wait', lost.length, { exactly: 0 })
    kit.measure('dead letters', sets[1]?.length ?? 0, { atLeast: 1 })
    kit.measure('runs charged to what waits', put.attempts, { exactly: 0 })
  },
}

type Admin = { eval(script: string, keys: number, ...args: string[]): Promise<unknown> }

const fuzzId = (index: number): string => `fuzz-${index}`

const idsIn = async (admin: Admin, key: string): Promise<string[]> =>
  (await admin.eval(
    `if redis.call('TYPE', KEYS[1]).ok == 'list' then return redis.call('LRANGE', KEYS[1], 0, -1) end
     return redis.call('ZRANGE', KEYS[1], 0, -1)`,
    1,
    key,
  )) as string[]

/** Layouts and runs of what waits, also of what the worker gave back when it ended. */
async function waiting(admin: Admin): Promise<{ readonly later: number; readonly attempts: number }> {
  const reply = await admin.eval(
    `local later, attempts = 0, 0
     local ids = redis.call('ZRANGE', KEYS[1], 0, -1)
     for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do ids[#ids + 1] = id end
     for _, id in ipairs(ids) do
       local data, runs = unpack(redis.call('HMGET', ARGV[1] .. id, 'data', 'atm'))
       if data and string.sub(data, 1, #ARGV[2]) == ARGV[2] then later = later + 1 end
       attempts = attempts + tonumber(runs or '0')
     end
     return {later, attempts}`,
    2,
    `${KEY}delayed`,
    `${KEY}wait`,
    KEY,
    `{"v":${LATER.v},`,
  )
  const [later = 0, attempts = 0] = reply as [number?, number?]
  return { later, attempts }
}

/** Resolves when nothing waits for a slot. What was put aside comes by again and again. */
async function drained(admin: { llen(key: string): Promise<number> }): Promise<void> {
  const deadline = Date.now() + 60_000
  let quiet = 0
  while (quiet < 5 && Date.now() < deadline) {
    const [wait, active] = await Promise.all([admin.llen(`${KEY}wait`), admin.llen(`${KEY}active`)])
    quiet = wait + active === 0 ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function add(engine: Engine, texts: readonly string[], from: number): Promise<void> {
  await Promise.all(
    texts.map((data, index) =>
      engine.producer.add({ id: fuzzId(from + index), lane: 'default', task: 'work', data, delayMs: 0 }),
    ),
  )
}

const VALUES: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, '', 'x', [], {}, [[]], { v: 1 }, '__proto__', '\u0000'],
  { __proto__: null, constructor: { prototype: { polluted: true } } },
]
const FIELDS = [
  'v',
  'args',
  'retries',
  'backoff',
  'context',
  'trace',
  'each',
  'priority',
  'headers',
  'pool',
  'acks',
].concat(['taskVersion', 'softTimeLimitMs', 'resultTtlMs', 'parent', 'ignoreResult', 'slot', 'codec'])

/** An envelope with some of its fields as they should not be; now and then its text is cut, or has a byte that it should not. */
function changed(random: Random): string {
  const envelope: Record<string, unknown> = { v: 1, args: [0] }
  for (let left = random.between(0, 3); left > 0; left--)
    envelope[random.pick(FIELDS)] = VALUES[random.between(0, VALUES.length - 1)]
  const text = JSON.stringify(envelope)
  const at = random.between(0, text.length)
  const how = random.next()
  if (how < 0.1) return text.slice(0, at)
  if (how < 0.2)
    return `${text.slice(0, at)}${random.pick(['"', '{', ']', '\\', '\u0007', '9e999'])}${text.slice(at + 1)}`
  return text
}
