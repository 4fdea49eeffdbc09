import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
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
    await measureLists(kit, project, 'before the fetch')
    const worker = await project.worker().ready(90_000)
    await kit.ledger.settled(120_000)
    for (const { id } of broken) kit.ledger.ack(id)
    const deadline = Date.now() + 60_000
    while (kit.ledger.lost.length > 0 && Date.now() < deadline) {
      for (const id of await redis.admin.zrange(`${KEY}failed`, '0', '-1')) kit.ledger.bury(id)
      await setTimeout(50)
    }
    await measureLists(kit, project, 'afterwards')
    const isAlive = worker.exit === undefined
    const { code } = await worker.stop()
    await measure(kit, redis, broken)
    kit.measure('workers that died', isAlive && code === 0 ? 0 : 1, { exactly: 0 })
    kit.measure('lines of the log for each broken job', worker.lines.length / (broken.length * 2), { atMost: 5 })
  },
}

async function measureLists(kit: Kit, project: Project, when: string): Promise<void> {
  const runs = await Promise.all([project.taskq(['list', '--json']), project.taskq(['dead', 'list', '--json'])])
  const failed = runs.filter(({ code, stdout }) => code !== 0 || !isJson(stdout))
  kit.measure(`lists that fail ${when}`, failed.length, { exactly: 0 })
}

async function measure(
  kit: Kit,
  { admin }: RedisServer,
  broken: readonly { readonly id: string; readonly damage: Readonly<Record<string, string>> }[],
): Promise<void> {
  const hashes = await Promise.all(broken.map(({ id }) => admin.hgetall(`${KEY}${id}`)))
  const damagedData = broken.flatMap(({ damage }, index) =>
    damage.data === undefined ? [] : [{ was: damage.data, is: hashes[index]?.data }],
  )
  const dead = await Promise.all(broken.map(({ id }) => admin.zscore(`${KEY}failed`, id)))
  kit.tally()
  kit.measure('broken jobs that are dead letters', dead.filter((score) => score !== null).length, {
    exactly: broken.length,
  })
  kit.measure('fetches of a broken job', Math.max(...hashes.map(({ ats }) => Number(ats ?? 1) || 1)), { exactly: 1 })
  kit.measure('payloads kept as they were', damagedData.filter(({ was, is }) => was === is).length, {
    exactly: damagedData.length,
  })
  kit.measure('jobs left active', await admin.llen(`${KEY}active`), { exactly: 0 })
  kit.measure('jobs left waiting', await admin.llen(`${KEY}wait`), { exactly: 0 })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    // One document to a line.
    return text
      .split('\n')
      .filter((line) => line !== '')
      .every((line) => line.startsWith('{') || line.startsWith('['))
  }
}
