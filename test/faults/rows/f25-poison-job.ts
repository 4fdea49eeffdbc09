import type { Client } from '../../../dist/client/client.js'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

const JOBS = 10
/** So long that the poison takes all the others down with it. */
const TASK_MS = 2000
/** In the last service, poison comes in company. */
const COMPANY = 3

/** A worker with a supervisor, ten slots, and ten jobs of which some are poison. */
interface Service {
  readonly queue: string
  readonly poison: readonly string[]
  readonly good: readonly string[]
}

interface Site {
  readonly kit: Kit
  readonly project: Project
  readonly redis: RedisServer
}

export const row: FaultRow = {
  id: 'F25',
  fault: 'a task that ends its process, beside nine good ones in ten slots',
  promise: 'it is dead at its third crash at the latest, with the reason; all others run to their end',
  // Four services take ten starts of a worker, and a row has no more than a minute.
  repetitions: 4,
  async run(kit) {
    kit.allow('accidents', 'deaths')
    const redis = await kit.redis()
    const project = kit.project({ broker: redis.url, worker: { concurrency: JOBS }, log: { format: 'json' } })
    const client = await project.client()
    const site = { kit, project, redis }
    const services = await Promise.all(
      Array.from({ length: kit.repetitions }, (_, index) =>
        fill(client, kit, `service-${index}`, index > 0 && index === kit.repetitions - 1 ? COMPANY : 1),
      ),
    )
    const deaths = await Promise.all(services.map((service) => supervise(site, service)))
    await measure(site, services, deaths)
  },
}

/** The good ones first: they run when the poison comes. */
async function fill(client: Client, kit: Kit, queue: string, poisons: number): Promise<Service> {
  const enqueue = async (task: string, args: readonly unknown[]): Promise<string> => {
    const { id } = await client.enqueue(task, args, { queue })
    kit.ledger.ack(id)
    return id
  }
  const good: string[] = []
  const poison: string[] = []
  for (let left = JOBS - poisons; left > 0; left--) good.push(await enqueue('work', [TASK_MS]))
  for (let left = poisons; left > 0; left--) poison.push(await enqueue('poison', []))
  return { queue, poison, good }
}

/** Starts the worker again whenever it dies, until all its jobs have come to their end. Returns how often it died. */
async function supervise({ kit, project, redis }: Site, { queue, poison, good }: Service): Promise<number> {
  for (let deaths = 0; ; deaths++) {
    const worker = project.worker(['-Q', queue])
    let isDone = false
    while (worker.exit === undefined && !isDone) {
      const [dead, done] = await Promise.all(
        ['failed', 'completed'].map((set) => redis.admin.zcard(`{taskq}:${queue}:${set}`)),
      )
      isDone = (dead ?? 0) + (done ?? 0) >= poison.length + good.length
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    if (!isDone) {
      kit.ledger.noteKilled(worker.pid)
      continue
    }
    await worker.stop()
    for (const id of poison) kit.ledger.bury(id)
    return deaths
  }
}

async function measure({ kit, redis }: Site, services: readonly Service[], deaths: readonly number[]): Promise<void> {
  const { ledger } = kit
  const ended = new Set(ledger.ends().map(({ id }) => id))
  const poison = services.flatMap(({ queue, poison }) => poison.map((id) => ({ id, key: `{taskq}:${queue}:${id}` })))
  const failures = await Promise.all(poison.map(({ key }) => redis.admin.hget(key, 'failure')))
  const good = services.flatMap(({ good }) => good)
  const crashes = poison.map(({ id }) => ledger.starts(id).length)
  const attempts = ledger.starts().filter(({ attempt }) => attempt > 1)
  // As many as run beside a crash, and had written their end when it came.
  kit.tally({ duplicates: good.length })
  kit.measure('crashes of a poison job', Math.max(...crashes), { atMost: 3 })
  kit.measure('poison jobs dead with the reason', failures.filter(isReason).length, { exactly: poison.length })
  kit.measure('neighbours that ended', good.filter((id) => ended.has(id)).length, { exactly: good.length })
  kit.measure('runs charged as attempts', attempts.length, { exactly: 0 })
  kit.measure('workers that a poison job took down', Math.max(...deaths.slice(0, 1), 0), { atMost: 2 })
}

const isReason = (failure: string | null): boolean =>
  failure !== null && /TASKQ_JOB_CRASHED/.test(failure) && /3 times in 24 h/.test(failure)
