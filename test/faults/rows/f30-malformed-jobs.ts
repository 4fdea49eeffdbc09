import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { CommandRun, Project } from '../kit/project.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

const KEY = '{taskq}:default:'

/** What somebody writes into a job's hash, as it waits. */
const DAMAGE: readonly Readonly<Record<string, string>>[] = [
  { data: '{"v":1,"args":[' },
  { data: '\u0000\u001b[2J\ufffd broken' },
  { data: '' },
  { data: 'null' },
  { data: '{"v":1}' },
  { data: '{"v":1,"args":{"length":1e9}}' },
  { opts: '{"attempts":' },
  { opts: 'null', data: '][' },
  { atm: 'three', data: '{' },
  { stc: 'x', data: '{"v":1,"args":[]}}' },
]

export const row: FaultRow = {
  id: 'F30',
  fault: 'jobs whose stored JSON is broken, between good ones',
  promise: 'each is a dead letter at its first fetch, with its bytes as they were; the queue and the lists go on',
  repetitions: 40,
  quick: 10,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url })
    const client = await project.client()
    const broken: { readonly id: string; readonly damage: Readonly<Record<string, string>> }[] = []
    for (let index = 0; index < kit.repetitions; index++) {
      const { id } = await client.enqueue('work', [])
      const damage = DAMAGE[index % DAMAGE.length] ?? {}
      await redis.admin.hset(`${KEY}${id}`, damage)
      broken.push({ id, damage })
      kit.ledger.ack((await client.enqueue('work', [])).id)
    }
    await measureLists(
      kit,
      project,
      broken.map(({ id }) => id),
      'before the fetch',
    )
    const worker = await project.worker().ready(90_000)
    await kit.ledger.settled(120_000)
    for (const { id } of broken) kit.ledger.ack(id)
    const deadline = Date.now() + 60_000
    while (kit.ledger.lost.length > 0 && Date.now() < deadline) {
      for (const id of await redis.admin.zrange(`${KEY}failed`, '0', '-1')) kit.ledger.bury(id)
      await setTimeout(50)
    }
    await measureLists(
      kit,
      project,
      broken.map(({ id }) => id),
      'afterwards',
    )
    const isAlive = worker.exit === undefined
    const { code } = await worker.stop()
    await measure(kit, redis, broken)
    kit.measure('workers that died', isAlive && code === 0 ? 0 : 1, { exactly: 0 })
    kit.measure('lines of the log for each broken job', worker.lines.length / (broken.length * 2), { atMost: 5 })
  },
}

/** All that reads jobs, or counts them; what is asked for one by one is told of each. */
async function measureLists(kit: Kit, project: Project, ids: readonly string[], when: string): Promise<void> {
  const lists = [['status'], ['queue', 'list'], ['dead', 'list'], ['inspect', 'scheduled']]
  const runs: CommandRun[] = []
  for (const args of [...lists, ['inspect', 'query', ...ids]]) runs.push(await project.taskq([...args, '--json']))
  runs.push(await project.taskq(['dashboard', '--snapshot']))
  // Without a worker there is nobody to ask.
  if (when === 'afterwards') runs.unshift(await project.taskq(['inspect', 'active', '--json']))
  const failed = runs.filter(({ code, stdout }) => code !== 0 || stdout === '')
  const garbled = runs.slice(0, -1).filter(({ stdout }) => !isJson(stdout))
  kit.measure(`lists that fail ${when}`, failed.length, { exactly: 0 })
  kit.measure(`lists that are not JSON ${when}`, garbled.length, { exactly: 0 })
  const told = runs.at(-2)?.stdout ?? ''
  kit.measure(`broken jobs that are told of ${when}`, ids.filter((id) => told.includes(id)).length, {
    exactly: ids.length,
  })
}

async function measure(
  kit: Kit,
  { admin }: RedisServer,
  broken: readonly { readonly id: string; readonly damage: Readonly<Record<string, string>> }[],
): Promise<void> {
  const hashes = await Promise.all(broken.map(({ id }) => admin.hgetall(`${KEY}${id}`)))
  // Counters are counted on; the rest is what somebody may want to look at.
  const damaged = broken.flatMap(({ damage }, index) =>
    (['data', 'opts'] as const).flatMap((field) =>
      damage[field] === undefined ? [] : [{ was: damage[field], is: hashes[index]?.[field] }],
    ),
  )
  const dead = await Promise.all(broken.map(({ id }) => admin.zscore(`${KEY}failed`, id)))
  kit.tally()
  kit.measure('broken jobs that are dead letters', dead.filter((score) => score !== null).length, {
    exactly: broken.length,
  })
  kit.measure('fetches of a broken job', Math.max(...hashes.map(({ ats }) => Number(ats ?? 1) || 1)), { exactly: 1 })
  kit.measure('payloads and options kept as they were', damaged.filter(({ was, is }) => was === is).length, {
    exactly: damaged.length,
  })
  kit.measure('jobs left active', await admin.llen(`${KEY}active`), { exactly: 0 })
  kit.measure('jobs left waiting', await admin.llen(`${KEY}wait`), { exactly: 0 })
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
