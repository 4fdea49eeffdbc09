import type { FaultRow } from '../kit/row.ts'

export const row: FaultRow = {
  id: 'F31',
  fault: 'jobs of a task that only newer code knows',
  promise: 'they wait out of the way, are counted where one looks, and run as soon as a worker knows the task',
  repetitions: 200,
  quick: 20,
  async run(kit) {
    const redis = await kit.redis()
    const older = kit.project({ broker: redis.url })
    const newer = kit.project({ broker: redis.url, tasks: ['tasks/*.mjs', 'later/*.mjs'] })
    const client = await older.client()
    const unknown: string[] = []
    const known: string[] = []
    const worker = await older.worker().ready(90_000)
    for (let left = kit.repetitions; left > 0; left--) {
      unknown.push((await client.enqueue('later', [], { queue: 'default' })).id)
      known.push((await client.enqueue('work', [])).id)
    }
    for (const id of known) kit.ledger.ack(id)
    await kit.ledger.settled(120_000)
    for (const id of unknown) kit.ledger.ack(id)
    const states = await Promise.all(unknown.map((id) => client.result(id).state()))
    kit.measure('jobs of it that wait', states.filter((state) => state === 'queued').length, {
      exactly: unknown.length,
    })
    const status = await older.taskq(['status', '--json'])
    kit.measure('counted by taskq status', countIn(status.stdout), { exactly: unknown.length })
    const wise = await newer.worker().ready(90_000)
    await kit.ledger.settled(60_000)
    const attempts = kit.ledger.starts().filter(({ attempt }) => attempt > 1)
    const ends = await Promise.all([worker.stop(), wise.stop()])
    kit.tally()
    kit.measure(
      'runs of it by a worker that knows it',
      kit.ledger.starts().filter(({ pid }) => pid === wise.pid).length,
      {
        exactly: unknown.length,
      },
    )
    kit.measure('runs charged as attempts', attempts.length, { exactly: 0 })
    const dead = await redis.admin.zcard('{taskq}:default:failed')
    kit.measure('dead letters', dead + (await redis.admin.zcard('{taskq}:default~later:failed')), { exactly: 0 })
    kit.measure('workers that did not end well', ends.filter(({ code }) => code !== 0).length, { exactly: 0 })
  },
}

/** What the status says of jobs whose task nobody knows. */
function countIn(json: string): number {
  const { unknownTasks } = JSON.parse(json) as { unknownTasks: readonly { task: string; jobs: number }[] }
  return unknownTasks.find(({ task }) => task === 'later')?.jobs ?? 0
}
