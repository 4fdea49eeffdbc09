import type { Engine } from '../engine/engine.js'
import { parseLane } from '../engine/lane.js'
import type { TaskFacts } from '../engine/worker-registry.js'
import { nearest } from '../errors/nearest.js'
import { listTasks } from '../task/registry.js'

const FRESH_MS = 10_000

/** What the app knows by name: queues of the config and of its tasks, and what workers told the broker. */
export class KnownNames {
  #facts: Promise<Map<string, TaskFacts>> | undefined
  #readAt = 0
  readonly #warned = new Set<string>()

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

  /** Warns, once, of a queue that nothing is known to serve or to use: most likely a slip of the pen. */
  async warnUnknownQueue(queue: string): Promise<void> {
    if (this.configuredQueues.includes(queue) || !this.#first(`queue ${queue}`)) return
    const stored = [...(await this.#storedTasks()).values()].map((facts) => facts.queue)
    const lanes = (await this.engine.lanes()).map((lane) => parseLane(lane).queue)
    const own = listTasks().flatMap((task) => task.queue ?? [])
    const served = (await this.engine.workers()).flatMap((worker) => worker.queues)
    const known = [...new Set([...this.configuredQueues, ...stored, ...lanes, ...own, ...served])]
    if (!known.includes(queue))
      this.#say(`no worker is known to serve the queue ${JSON.stringify(queue)}`, nearest(queue, known))
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
    if (this.#warned.has(what) || this.#warned.size > 1000) return false
    this.#warned.add(what)
    return true
  }

  #say(message: string, meant: string | undefined): void {
    this.warn(meant === undefined ? message : `${message} (did you mean ${meant}?)`)
  }
}
