import type { RateWindow } from '../time/rate.js'
import type { Connection } from './connection.js'
import type { Keys } from './keys.js'
import { parseWorkerFacts } from './parse-worker-facts.js'
import { runPipeline } from './run-pipeline.js'
import type { WorkerFacts } from './worker-facts.js'

/** Where a task's jobs go; stored so that a producer without the task's code finds the way. */
export interface TaskFacts {
  readonly queue: string
  readonly rateLimited: boolean
  readonly ignoreResult: boolean
  /** Milliseconds that its results are kept, where the task says so. */
  readonly resultTtlMs?: number
  /** The rate that the code holds it to. */
  readonly rate?: RateWindow
}

/** A worker that has not been heard of for so long is gone. */
const LIFETIME_MS = 15_000
/** How often a worker says that it lives. */
export const HEARTBEAT_MS = 5000

/** Who is alive, and which tasks are known: stored facts with a lifetime, so that reading them never waits. */
export class WorkerRegistry {
  constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
  ) {}

  /** Returns for how many milliseconds somebody watches; 0 for nobody. */
  async beat(facts: WorkerFacts): Promise<number> {
    const pipeline = this.connection
      .pipeline()
      .set(this.keys.worker(facts.id), JSON.stringify(facts), 'PX', LIFETIME_MS)
      .zadd(this.keys.workers, Date.now(), facts.id)
      .pttl(this.keys.watched)
    const [, , watchedForMs] = (await runPipeline(pipeline)) as [unknown, unknown, number]
    return Math.max(0, watchedForMs)
  }

  async leave(id: string): Promise<void> {
    await this.connection.pipeline().del(this.keys.worker(id)).zrem(this.keys.workers, id).exec()
  }

  /** The workers that live, by name. */
  async alive(): Promise<WorkerFacts[]> {
    await this.connection.zremrangebyscore(this.keys.workers, '-inf', String(Date.now() - 10 * LIFETIME_MS))
    const ids = await this.connection.zrange(this.keys.workers, '0', '-1')
    if (ids.length === 0) return []
    const stored = await this.connection.mget(ids.map((id) => this.keys.worker(id)))
    return stored.flatMap((text) => parseWorkerFacts(text) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async announceTasks(tasks: ReadonlyMap<string, TaskFacts>): Promise<void> {
    if (tasks.size === 0) return
    const fields = [...tasks].flatMap(([name, facts]) => [name, JSON.stringify(facts)])
    await this.connection.hset(this.keys.tasks, fields)
  }

  /** All tasks that some worker ever knew. */
  async knownTasks(): Promise<Map<string, TaskFacts>> {
    const stored = await this.connection.hgetall(this.keys.tasks)
    return new Map(
      Object.entries(stored).flatMap(([name, text]) => {
        const facts = parseRecord<TaskFacts>(text, 'queue')
        return facts === undefined ? [] : [[name, facts] as const]
      }),
    )
  }
}

/** A stored record that has this text; nothing for one that is broken: it must not hide the others. */
function parseRecord<T>(text: string | null, key: keyof T & string): T | undefined {
  try {
    const record = JSON.parse(text ?? 'null') as T | null
    return typeof record?.[key] === 'string' ? record : undefined
  } catch {
    return undefined
  }
}
