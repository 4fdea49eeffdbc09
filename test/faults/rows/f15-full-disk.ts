import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Kit } from '../kit/kit.ts'
import type { RedisServer } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'
import { askingConnections, linesOf, watchStorm } from '../kit/storm.ts'

/** Jobs that run when the disk is full, and end while it is. */
const RUNNING = 4
const TASK_MS = 1000
const FULL_MS = 7000

/** A server that gets an error where it writes too much, as on a full disk, instead of a signal that ends it. */
const THROUGH = ['sh', '-c', 'trap "" XFSZ; exec "$@"', 'sh']

export const row: FaultRow = {
  id: 'F15',
  fault: 'a disk that is full: the append-only file cannot be written',
  promise: 'an enqueue is refused with the reason, nobody storms the server, and all goes on by itself',
  repetitions: 4,
  async run(kit) {
    if (!canLimit()) kit.skip('needs prlimit, which stands for a disk that is full')
    const redis = await kit.redis({ appendfsync: 'everysec', through: THROUGH })
    const project = kit.project(redis.url)
    const worker = await project.worker(['--concurrency', String(RUNNING)]).ready()
    const worst = { refusalMs: 0, resumeMs: 0, otherAnswers: 0, errors: 0, reconnects: 0, cpu: 0 }
    const note = (name: keyof typeof worst, value: number) => {
      worst[name] = Math.max(worst[name], value)
    }
    const client = await project.client()
    for (let turn = 0; turn < kit.repetitions; turn++) {
      const before = kit.ledger.starts().length
      for (let count = 0; count < RUNNING; count++) kit.ledger.ack((await client.enqueue('work', [TASK_MS])).id)
      await kit.ledger.until(() => kit.ledger.starts().length >= before + RUNNING || undefined, 15_000, 'the starts')
      const connections = await askingConnections(redis)
      await fillDisk(redis)
      const stormed = await watchStorm(redis, worker, connections, ['MISCONF'])
      const askedAt = performance.now()
      const refusal = await client.enqueue('work', []).then(
        () => undefined,
        (error: Error & { code?: string }) => error,
      )
      note('refusalMs', performance.now() - askedAt)
      if (refusal?.code !== 'TASKQ_ENQUEUE_REFUSED' || !refusal.message.includes('MISCONF')) worst.otherAnswers++
      await setTimeout(FULL_MS)
      const { errorsPerConnection, reconnectsPerConnection, cpuPercent } = await stormed()
      note('errors', errorsPerConnection - firstTries(connections))
      note('reconnects', reconnectsPerConnection)
      note('cpu', cpuPercent)
      note('resumeMs', await resume(kit, redis, client))
    }
    await kit.ledger.settled()
    // A run of finished work would begin when its lock is missed.
    await setTimeout(RERUN_MS)
    await worker.stop()
    const { acked, runs } = kit.tally()
    kit.measure('runs of finished work again', runs - acked, { exactly: 0 })
    kit.measure('slowest refusal', worst.refusalMs, { atMost: 5000, unit: 'ms' })
    kit.measure('enqueues that were not refused with MISCONF', worst.otherAnswers, { exactly: 0 })
    kit.measure('slowest start afterwards', worst.resumeMs, { atMost: 5000, unit: 'ms' })
    kit.measure('retries of each connection', worst.errors, { atMost: 1, unit: '/s' })
    kit.measure('reconnects of each connection', worst.reconnects, { atMost: 1, unit: '/s' })
    kit.measure('processor', worst.cpu, { atMost: 5, unit: '%' })
    kit.measure('lines of MISCONF', linesOf(worker, /MISCONF/), { atMost: 10, unit: '/min' })
  },
}

/** The lock of a job (10 s) is missed within five seconds. */
const RERUN_MS = 6000

/** The first time that each end is told is no retry. */
const firstTries = (connections: number): number => RUNNING / (FULL_MS / 1000) / connections

/** Makes room, and returns after how many milliseconds a job begins, at the latest from when enqueues are taken. */
async function resume(kit: Kit, redis: RedisServer, client: Awaited<ReturnType<ClientOf>>): Promise<number> {
  limitFiles(redis, 'unlimited')
  const freedAt = Date.now()
  for (;;) {
    const added = await client.enqueue('work', []).catch(() => undefined)
    if (added === undefined) await setTimeout(50)
    else {
      kit.ledger.ack(added.id)
      return (await kit.ledger.line((line) => line.id === added.id)).at - freedAt
    }
  }
}

type ClientOf = ReturnType<Kit['project']>['client']

/** Lets the server write no more than it has, and waits until it has noticed. */
async function fillDisk(redis: RedisServer): Promise<void> {
  const dir = join(redis.dir, 'appendonlydir')
  const sizes = readdirSync(dir).map((name) => statSync(join(dir, name)).size)
  limitFiles(redis, String(Math.max(...sizes)))
  for (;;) {
    const answer = await redis.admin.set('filler', 'x').catch((error: Error) => error.message)
    if (answer !== 'OK') return
    await setTimeout(20)
  }
}

/** Only the soft limit, which its owner may raise again. */
const limitFiles = ({ pid }: RedisServer, bytes: string): void =>
  void execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`])

function canLimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
