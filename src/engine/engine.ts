import type { LiveBatch } from '../events/live-event.js'
import type { Revocation } from '../task/async-result.js'
import { AlertStore } from './alert-store.js'
import { CallerClock } from './clock/caller-clock.js'
import { type BrokerInfo, type BrokerPulse, readBrokerInfo, readBrokerPulse } from './connection/broker-info.js'
import { BrokerLink } from './connection/broker-link.js'
import { ControlBus } from './control/control-bus.js'
import { LiveFeed, type LiveWatch } from './control/live-feed.js'
import type { WorkerCommand, WorkerReply } from './control/worker-command.js'
import { type DropOptions, dropAll, purgeLane } from './dead/bulk-removal.js'
import { ReplicaAcks } from './durability/replica-acks.js'
import type { EngineOptions } from './engine-options.js'
import { type ChildJob, readChildren } from './jobs/children.js'
import { FinishWatch } from './jobs/finish-watch.js'
import { JobEdits } from './jobs/job-edits.js'
import { JobLists } from './jobs/job-lists.js'
import type { ArgsText } from './jobs/job-match.js'
import { JobReader } from './jobs/job-reader.js'
import type { JobRecord } from './jobs/job-record.js'
import type { JobFilter } from './jobs/job-summary.js'
import { type RetryAllOptions, retryAll } from './jobs/retry-all.js'
import { type Keys, keysOf } from './keys.js'
import { countWaiting } from './lanes/count-waiting.js'
import { LaneBackends } from './lanes/lane-backends.js'
import { LaneRegistry } from './lanes/lane-registry.js'
import { type QueueOverviews, readQueueOverviews } from './lanes/queue-overview-reader.js'
import { QueuePause } from './lanes/queue-pause.js'
import { TaskLimits } from './limits/task-limits.js'
import { Producer } from './producer.js'
import type { JobPlace } from './revokes/revoke.js'
import { Revokes } from './revokes/revokes.js'
import { type BeatFacts, readLeadingBeat } from './schedules/beat-lease.js'
import { ScheduleStore } from './schedules/schedule-store.js'
import { StatsReader } from './stats/stats-reader.js'
import type { WorkerFacts } from './workers/worker-facts.js'
import { type TaskFacts, WorkerRegistry } from './workers/worker-registry.js'
import { WorkerSide } from './workers/worker-side.js'
import { Workflows } from './workflows/workflows.js'

/**
 * The execution engine: BullMQ on Redis, in taskq's words. Nothing outside this folder knows either.
 */
export class Engine {
  readonly producer: Producer
  /** The broker's time, for calls that have to do with time. */
  readonly clock: CallerClock
  readonly jobs: JobReader
  readonly jobLists: JobLists
  readonly jobEdits: JobEdits
  readonly queuePause: QueuePause
  /** Ends jobs before they are done. */
  readonly revokes: Revokes
  readonly finish: FinishWatch
  readonly stats: StatsReader
  readonly alerts: AlertStore
  /** The limits that operators set. */
  readonly taskLimits: TaskLimits
  /** The records of workflows. */
  readonly workflows: Workflows
  readonly #keys: Keys
  readonly #link: BrokerLink
  readonly #backends: LaneBackends
  readonly #control: ControlBus
  readonly #feed: LiveFeed

  /** Connects when it is first used. */
  constructor(private readonly options: EngineOptions) {
    this.#keys = keysOf(options.prefix)
    this.#link = new BrokerLink(options.broker, options.timeoutMs)
    const { replicas = 0, timeoutMs } = options
    if (replicas > 0) this.#link.acks = new ReplicaAcks(this.#link.connection, this.#keys, replicas, timeoutMs)
    if (options.onConnectionError) this.#link.connection.on('error', options.onConnectionError)
    this.#backends = new LaneBackends(this.#link.connection, this.#keys.prefix)
    this.clock = new CallerClock(this.#link)
    this.producer = new Producer(this.#link, this.#backends, this.#keys, options.timeoutMs, this.clock)
    this.jobs = new JobReader(this.#link, this.#keys)
    this.jobLists = new JobLists(this.#link, this.#keys)
    this.jobEdits = new JobEdits(this.#link, this.#backends, this.#keys)
    this.revokes = new Revokes(this.#link, this.#keys, this.jobs)
    this.queuePause = new QueuePause(this.#link, this.#backends, this.#keys)
    this.stats = new StatsReader(this.#link, this.#keys)
    this.alerts = new AlertStore(this.#link, this.#keys)
    this.taskLimits = new TaskLimits(this.#link, this.#keys)
    this.workflows = new Workflows(this.#link, this.#keys)
    this.finish = new FinishWatch(this.#link, options.broker, this.#keys)
    this.#control = new ControlBus(options.broker, this.#keys, options.timeoutMs)
    this.#feed = new LiveFeed(this.#link, options.broker, this.#keys, options.timeoutMs)
  }

  /** Connects for a worker. Throws `TASKQ_BROKER_UNREACHABLE` or `TASKQ_BROKER_AUTH`. */
  openWorkerSide(): Promise<WorkerSide> {
    return WorkerSide.open(this.options)
  }

  /** The schedule entries, over a connection of their own, which connects when it is first used. Close it. */
  openSchedules(): ScheduleStore {
    return new ScheduleStore(this.options.broker, this.#keys, this.options.timeoutMs)
  }

  /** Removes a job that is done, and its result. False when there is none, or it is not done. */
  async forget(job: JobRecord): Promise<boolean> {
    if (!job.standing.succeeded && !job.standing.failed) return false
    return this.#link.read(async (redis) => {
      const backend = await this.#backends.of(job.lane)
      const [removed] = await Promise.all([
        backend.remove(job.id, false),
        redis.del(this.#keys.result(job.id), this.#keys.children(job.id)),
      ])
      return removed > 0
    })
  }

  /**
   * Ends a job before it is done. One that waits ends now, as `revoked`, and never runs. One that runs is told by its
   * signal at once; at the latest when its worker next renews its lock. When it then throws, it is `revoked` and not
   * retried. A task that returns all the same has done its work: the job succeeded.
   */
  revoke(job: JobPlace, reason: string): Promise<Revocation> {
    return this.revokes.endAt(job, { reason })
  }

  /** The jobs that a job's runs enqueued, and the workflows that they made, that are still there, oldest first. */
  childrenOf(jobId: string): Promise<readonly ChildJob[]> {
    return readChildren(this.#link, this.#keys, this.jobs, jobId)
  }

  /** Runs every dead letter again that matches and is there now; see {@link retryAll}. */
  retryAll(filter: JobFilter, argsText: ArgsText, options: RetryAllOptions = {}) {
    const { jobEdits, jobs, workflows } = this
    return retryAll({ ...this.#bulkTools, jobEdits, jobs, workflows }, filter, argsText, options)
  }

  /** Removes every dead letter that matches and is there now. */
  dropAll(filter: JobFilter, argsText: ArgsText, options: DropOptions = {}) {
    return dropAll(this.#bulkTools, filter, argsText, options)
  }

  /** Removes the jobs of a lane that wait for a worker; with `scheduled`, those that wait for their time, too. */
  purgeLane(lane: string, scheduled: boolean, onRemoved: (count: number) => void = () => {}): Promise<number> {
    const removeFrom: JobEdits['removeFrom'] = async (...what) => {
      const count = await this.jobEdits.removeFrom(...what)
      onRemoved(count)
      return count
    }
    return purgeLane({ ...this.#bulkTools, edits: { removeFrom } }, lane, scheduled)
  }

  /** How each logical queue stands. The cost does not depend on how much it holds. */
  queueOverviews(): Promise<QueueOverviews> {
    return this.#link.read((redis) => readQueueOverviews(redis, this.#keys))
  }

  /** How many jobs wait in each of these lanes, for a worker or for their time. */
  waitingIn(lanes: readonly string[]): Promise<number[]> {
    return this.#link.read((redis) => countWaiting(redis, this.#keys, lanes))
  }

  lanes(): Promise<string[]> {
    return this.#link.read((redis) => new LaneRegistry(redis, this.#keys).all())
  }

  /** The workers that are not gone, by name. One that says nothing is told of for 60 s, with when it was last heard of. */
  workers(): Promise<WorkerFacts[]> {
    return this.#link.read((redis) => new WorkerRegistry(redis, this.#keys).alive())
  }

  knownTasks(): Promise<Map<string, TaskFacts>> {
    return this.#link.read((redis) => new WorkerRegistry(redis, this.#keys).knownTasks())
  }

  /**
   * Tells workers, by their ids, what to do. Returns as soon as all have answered; at the time limit, what has come.
   * Those that are missing are not known to be down.
   */
  command(command: WorkerCommand, targets: readonly string[], timeoutMs: number): Promise<readonly WorkerReply[]> {
    return this.#control.send(command, targets, timeoutMs)
  }

  /** Calls back with what happens in all workers, until it is closed. Survives an outage of the broker. */
  watchLive(onBatch: (batch: LiveBatch) => void): Promise<LiveWatch> {
    return this.#feed.watch(onBatch)
  }

  brokerInfo(): Promise<BrokerInfo> {
    return this.#link.read(readBrokerInfo)
  }

  /** The broker's time, and how long it takes to answer. */
  ping(): Promise<BrokerPulse> {
    return this.#link.read(readBrokerPulse)
  }

  /** The beat that leads; undefined when none runs. */
  leadingBeat(): Promise<BeatFacts | undefined> {
    return this.#link.read((redis) => readLeadingBeat(redis, this.#keys))
  }

  get #bulkTools() {
    return { link: this.#link, keys: this.#keys, edits: this.jobEdits }
  }

  async close(): Promise<void> {
    this.finish.close()
    await this.#feed.close()
    await this.producer.lateAcks.flush()
    await this.#link.close()
  }
}
