import type { Kit } from '../kit/kit.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

const POLICIES = [
  'allkeys-lru',
  'volatile-lru',
  'allkeys-lfu',
  'volatile-lfu',
  'allkeys-random',
  'volatile-random',
  'volatile-ttl',
]

const JOBS = 100

export const row: FaultRow = {
  id: 'F17',
  fault: 'a Redis that drops keys when its memory is full',
  promise: 'workers and Beat refuse to start on it, unless that is allowed, and taskq doctor fails',
  repetitions: POLICIES.length,
  async run(kit) {
    const redis = await kit.redis({ appendfsync: 'everysec', lines: ['maxmemory 64mb'] })
    const project = kit.project({ broker: redis.url })
    const client = await project.client()
    for (let n = 0; n < JOBS; n++) kit.ledger.ack((await client.enqueue('work', [])).id)

    let refused = 0
    let red = 0
    for (const policy of POLICIES.slice(0, kit.repetitions)) {
      await redis.admin.config('SET', 'maxmemory-policy', policy)
      const [worker, doctor] = await Promise.all([
        project.taskq(['worker', '--burst']),
        project.taskq(['doctor', '--json']),
      ])
      if (worker.code === 1 && /TASKQ_BROKER_UNSAFE/.test(worker.stderr)) refused++
      if (doctor.code === 1 && failsEviction(doctor.stdout)) red++
    }
    kit.measure('policies that a worker refused', refused, { exactly: kit.repetitions })
    kit.measure('policies that doctor failed', red, { exactly: kit.repetitions })
    kit.measure('runs on a broker that was refused', kit.ledger.starts().length, { exactly: 0 })

    await othersOn(kit, redis)
    await kit.ledger.settled()
    kit.tally()
  },
}

/** Beat is refused, too; who is allowed to works; and so does anybody on a server that drops nothing. */
async function othersOn(kit: Kit, { url, admin }: RedisServer): Promise<void> {
  const project = kit.project({ broker: url })
  const beat = await project.taskq(['beat'])
  const isRefused = beat.code === 1 && /TASKQ_BROKER_UNSAFE/.test(beat.stderr)
  kit.measure('beats refused', Number(isRefused), { exactly: 1 })
  const allowed = kit.project({ broker: url, preflight: { allowEviction: true } })
  const { code, stdout } = await allowed.taskq(['worker', '--burst'])
  const isServed = code === 0 && /maxmemory-policy is/.test(stdout)
  kit.measure('workers that were allowed to, and warned', Number(isServed), { exactly: 1 })
  await admin.config('SET', 'maxmemory-policy', 'noeviction')
  const last = await project.taskq(['worker', '--burst'])
  kit.measure('exit code of a worker without eviction', last.code ?? -1, { exactly: 0 })
}

function failsEviction(stdout: string): boolean {
  const { findings } = JSON.parse(stdout) as { findings: { id: string; status: string }[] }
  return findings.some(({ id, status }) => id === 'eviction' && status === 'fail')
}
