import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Engine } from '../engine/engine.js'
import { parseLane } from '../engine/lanes/lane.js'
import type { TaskFacts } from '../engine/workers/worker-registry.js'
import { nearest } from '../errors/nearest.js'
import { listTasks } from '../task/registry.js'

const FRESH_MS = 10_000
/** Names come from callers too: what is remembered must not grow without end. */
const MAX_REMEMBERED = 1000

/** The queues that a config names. */
export function configuredQueues(config: Pick<ResolvedConfig, 'defaultQueue' | 'queues' | 'routes' | 'taskOptions'>) {
  const routed = config.routes.flatMap((route) => ('queue' in route ? route.queue : []))
  const set = config.taskOptions.flatMap(({ options }) => options.queue ?? [])
  return [config.defaultQueue, ...Object.keys(config.queues), ...routed, ...set]
}

/** What the app knows by name: queues of the config and of its tasks, and what workers told the broker. */
export class KnownNames {
  #facts: Promise<Map<string, TaskFacts>> | undefined
  #readAt = 0
  readonly #warned = new Set<string>()
  readonly #checked = new Set<string>()
  readonly #hints = new Set<Promise<void>>()

  constructor(
    private readonly engine: Engine,
    private readonly configuredQueues: readonly string[],
    private readonly warn: (message: string) => void,
  ) {}

  /** What a worker told of a task that this process has no code of. */
  async factsOf(task: string): Promise<TaskFacts | undefined> {
    return (await this.#storedTasks()).get(task)
  }

  /** Warns, once, of a task that nobody knows. */
  async warnUnknownTask(task: string): Promise<void> {
    if (!this.#first(`task ${task}`)) return
    const known = [...(await this.#storedTasks()).keys(), ...listTasks().map(({ name }) => name)]
    this.#say(
      `no worker is known to have the task ${JSON.stringify(task)}: its job waits for one that has it`,
      nearest(task, known),
    )
  }

  /**
   * Warns, once, of a queue that nobody seems to serve: most likely a slip of the pen. It does so in its own time;
   * a hint must neither delay nor fail a job.
   */
  checkQueue(queue: string): void {
    if (this.#checked.has(queue)) return
    if (this.#checked.size < MAX_REMEMBERED) this.#checked.add(queue)
    const hint = this.#judgeQueue(queue)
      .catch(() => {})
      .finally(() => this.#hints.delete(hint))
    this.#hints.add(hint)
  }

  /** Resolves when every hint that is under way has been said: a command that ends at once must not swallow it. */
  async hintsSaid(): Promise<void> {
    await Promise.all(this.#hints)
  }

  async #judgeQueue(queue: string): Promise<void> {
    const served = (await this.engine.workers()).flatMap((worker) => worker.queues)
    if (served.includes(queue)) return
    const known = await this.#knownQueues(queue)
    const meant = nearest(queue, served) ?? nearest(queue, known)
    // A known queue whose worker is down right now is no news, unless one of nearly the same name is served.
    if (known.includes(queue) && nearest(queue, served) === undefined) return
    this.#say(`no worker is known to serve the queue ${JSON.stringify(queue)}`, meant)
  }

  /** Queues that are configured, or in use by others than the job that asks. */
  async #knownQueues(asked: string): Promise<string[]> {
    const stored = [...(await this.#storedTasks()).values()].map((facts) => facts.queue)
    const lanes = (await this.engine.lanes()).map((lane) => parseLane(lane).queue).filter((queue) => queue !== asked)
    const own = listTasks().flatMap((task) => task.queue ?? [])
    return [...new Set([...this.configuredQueues, ...stored, ...lanes, ...own])]
  }

  #storedTasks(): Promise<Map<string, TaskFacts>> {
    const now = Date.now()
    if (this.#facts === undefined || now - this.#readAt > FRESH_MS) {
      this.#readAt = now
      this.#facts = this.engine.knownTasks()
      this.#facts.catch(() => {
        this.#facts = undefined
      })
    }
    return this.#facts
  }

  #first(what: string): boolean {
    if (this.#warned.has(what) || this.#warned.size > MAX_REMEMBERED) return false
    this.#warned.add(what)
    return true
  }

  #say(message: string, meant: string | undefined): void {
    this.warn(meant === undefined ? message : `${message} (did you mean ${meant}?)`)
  }
}
