import { hostname } from 'node:os'
import type { RedisBroker } from '../../config/resolved-config.js'
import type { AwaitedJob } from '../../context/scope.js'
import type { LiveBatch } from '../../events/live-event.js'
import { formatDuration } from '../../time/duration.js'
import type { BrokerClock } from '../clock/broker-clock.js'
import { toTime } from '../clock/broker-time.js'
import { openTimed } from '../clock/open-timed.js'
import { type BrokerInfo, readBrokerInfo } from '../connection/broker-info.js'
import { type Connection, STALE } from '../connection/connection.js'
import { withDeadline } from '../connection/deadline.js'
import { isReady } from '../connection/open-connection.js'
import { withCode } from '../connection/refused.js'
import { runPipeline } from '../connection/run-pipeline.js'
import { SILENT } from '../connection/silence-watch.js'
import { type ActiveJob, type ConsumerOptions, LaneConsumer } from '../consumer.js'
import { ControlListener, type Listener, type OnCommand } from '../control/control-listener.js'
import type { Subscription } from '../control/subscription.js'
import type { EngineOptions } from '../engine-options.js'
import { bringForward } from '../jobs/bring-forward.js'
import { JobLog } from '../jobs/job-log.js'
import { type Looks, type Retention, sweepLane } from '../jobs/retention.js'
import { type Keys, keysOf } from '../keys.js'
import { countReady } from '../lanes/count-waiting.js'
import { LaneBackends } from '../lanes/lane-backends.js'
import { LaneRegistry } from '../lanes/lane-registry.js'
import { retireLane } from '../lanes/retire-lane.js'
import { readTaskLimits, type TaskLimit } from '../limits/task-limits.js'
import { CrashRecords } from '../locks/crash-records.js'
import { Holds } from '../locks/holds.js'
import { type JobPlace, type RevokeOrder, readRevoke, readRevokes, revokeJob } from '../revokes/revoke.js'
import { settleClaim, sweepClaims } from '../same-jobs/settle-script.js'
import type { StatsBatch } from '../stats/stats-batch.js'
import { StatsWriter } from '../stats/stats-writer.js'
import { sweepUnserved } from '../sweep-unserved.js'
import type { WorkerFacts } from './worker-facts.js'
import { type Heard, WorkerRegistry } from './worker-registry.js'

/** A heartbeat that has no answer after so long is told; it goes on waiting. */
const SILENCE_MS = 6000
/** The last words to the broker take so long at the most. */
const GOODBYE_MS = 1000

/**
 * What a worker uses of the engine: one connection for all its commands, one more per lane to wait with. An
 * idle worker loads this and no `Engine`: what only callers use would cost it memory for its whole life.
 */
export class WorkerSide {
  readonly lanes: LaneRegistry
  readonly registry: WorkerRegistry
  readonly holds: Holds
  readonly crashRecords: CrashRecords
  readonly host = hostname()
  readonly #backends: LaneBackends
  readonly #stats: StatsWriter
  readonly #looks: Looks = { walked: new Map(), blocked: new Map() }
  #subscription: Subscription | undefined
  #closed = false

  private constructor(
    private readonly connection: Connection,
    /** The broker's time, known from the start. */
    readonly clock: BrokerClock,
    private readonly broker: RedisBroker,
    private readonly keys: Keys,
    private readonly timeoutMs: number,
  ) {
    this.lanes = new LaneRegistry(connection, keys)
    this.holds = new Holds(connection, broker, keys)
    this.registry = new WorkerRegistry(connection, keys, clock)
    this.crashRecords = new CrashRecords(connection, keys)
    this.#backends = new LaneBackends(connection, keys.prefix)
    this.#stats = new StatsWriter(connection, keys)
  }

  /** Connects. Throws what {@link openTimed} throws. */
  static async open({ broker, prefix, timeoutMs, onConnectionError }: EngineOptions): Promise<WorkerSide> {
    const { connection, clock } = await openTimed(broker, timeoutMs)
    const side = new WorkerSide(connection, clock, broker, keysOf(prefix), timeoutMs)
    if (onConnectionError) side.onError(onConnectionError)
    return side
  }

  consumer(lane: string, options: ConsumerOptions, onError: (error: Error) => void): LaneConsumer {
    return new LaneConsumer(lane, this.connection, this.keys, this.clock, options, onError)
  }

  jobLog(job: ActiveJob): JobLog {
    return new JobLog(this.connection, this.keys, job)
  }

  /** Notes that a result is kept for a time of its own. It reaches the broker before the end of the job does. */
  noteOwnTtl({ id, lane }: ActiveJob, ttlMs: number): void {
    this.connection.zadd(this.keys.kept(lane.lane), Math.floor(this.clock.now()) + ttlMs, id).catch(() => {})
  }

  async saveLargeResult(jobId: string, json: string, ttlMs: number): Promise<void> {
    await this.connection.set(this.keys.result(jobId), json, 'PX', Math.max(1, ttlMs))
  }

  /** Which of these jobs were told to end, and how. One trip for all. */
  async revokedAmong(jobs: readonly ActiveJob[]): Promise<Map<ActiveJob, RevokeOrder>> {
    const orders = await readRevokes(this.connection, this.keys, jobs.map(placeOf))
    return new Map(jobs.flatMap((job, index) => (orders[index] === undefined ? [] : [[job, orders[index]]])))
  }

  /** Whether a job was revoked, also before it came. */
  revokeOf(job: ActiveJob): Promise<RevokeOrder | undefined> {
    return readRevoke(this.connection, this.keys, placeOf(job))
  }

  /** The ids that were revoked before there was a job of them. */
  revokedAhead(): Promise<readonly string[]> {
    return this.connection.zrange(this.keys.revokedAhead, '0', '-1')
  }

  /** Ends a job that waits again, in its lane or another, although it had been told to end, and returns why. */
  async endIfRevoked({ id }: ActiveJob, lane: string): Promise<string | undefined> {
    const [order] = await readRevokes(this.connection, this.keys, [{ id, lane }])
    if (order === undefined) return undefined
    const revocation = await revokeJob(this.connection, this.keys, { id, lane }, order)
    return revocation === 'removed' ? order.reason : undefined
  }

  /** A job has ended that stands for calls like its own: the next of them is a job again, or runs. */
  settle(claim: string): Promise<void> {
    return settleClaim(this.connection, claim)
  }

  /** Whether a task's lane is no more: it was made for parked jobs, and nothing is left in it. */
  retire(lane: string): Promise<boolean> {
    return retireLane(this.connection, this.keys, lane)
  }

  /** Removes what has ended in lanes of these queues that are served by nobody; see {@link sweepUnserved}. */
  sweepUnserved(queues: readonly string[], served: ReadonlySet<string>, keep: Retention): Promise<void> {
    const { connection, keys, lanes } = this
    return sweepUnserved({ connection, keys, lanes, sweep: (lane) => this.sweep(lane, keep) }, queues, served)
  }

  /** Frees what jobs held that ended where nobody noticed. */
  sweepClaims(): Promise<void> {
    return sweepClaims(this.connection, this.keys.claims)
  }

  /** Whether a workflow is to be looked at: jobs of it are to be made, or may be gone. By the broker's clock. */
  async dueWorkflows(): Promise<boolean> {
    const pipeline = this.connection.pipeline().time().zrange(this.keys.workflows, '0', '0', 'WITHSCORES')
    const [time, [, first]] = (await runPipeline(pipeline)) as [(string | number)[], [string?, string?]]
    return first !== undefined && Number(first) <= toTime(time)
  }

  /** What a run waits for comes before all else that waits where it waits. */
  bringForward(awaited: AwaitedJob): Promise<void> {
    return bringForward(this.connection, this.keys, awaited)
  }

  sweep(lane: string, keep: Retention): Promise<number> {
    return sweepLane(this.connection, this.#backends, this.keys, lane, keep, this.#looks)
  }

  /** Says that a worker lives. */
  beat(facts: WorkerFacts): Promise<Heard> {
    const late = () => new Error(`the heartbeat had no answer for ${formatDuration(SILENCE_MS)}`)
    return withDeadline(this.registry.beat(facts), SILENCE_MS, late)
  }

  /**
   * Adds what a worker counted, one of `partsOf`, to what all did. One trip; while the broker is away it waits, so go
   * on counting and tell the next batch when this one is through.
   */
  recordStats(batch: StatsBatch): Promise<void> {
    return this.#stats.record(batch)
  }

  /** The limits that operators set, by task: they win over the code's. */
  taskLimits(): Promise<ReadonlyMap<string, TaskLimit>> {
    return readTaskLimits(this.connection, this.keys)
  }

  /**
   * Hears commands until the side is closed, over one more connection. They are carried out one after the other.
   *
   * @throws TaskqError `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH`
   */
  async listen(listener: Listener, onCommand: OnCommand): Promise<void> {
    const ear = new ControlListener(this.connection, this.keys, listener, onCommand)
    this.#subscription = await ear.open(this.broker, this.timeoutMs)
    if (this.#closed) this.#subscription.close()
  }

  /** Tells those who watch what happened. While the broker is away, nobody is told: old news is no news. */
  publish(batch: LiveBatch): void {
    if (!isReady(this.connection)) return
    this.connection.publish(this.keys.events, JSON.stringify(batch)).catch(() => {})
  }

  /** How many jobs of these lanes wait for a worker. */
  waitingIn(lanes: readonly string[]): Promise<number> {
    return countReady(this.connection, this.keys, lanes)
  }

  /** Takes a worker out of the registry; where the broker is away, its entry's lifetime does. */
  async leave(workerId: string): Promise<void> {
    await withDeadline(this.registry.leave(workerId), GOODBYE_MS, () => new Error('the broker is away')).catch(() => {})
  }

  /** Whether commands can go to the broker now. */
  get isConnected(): boolean {
    return isReady(this.connection)
  }

  /** An error of the broker with a code, where it is known what it means. */
  explain(error: Error): Error {
    return withCode(this.broker, error)
  }

  brokerInfo(): Promise<BrokerInfo> {
    return readBrokerInfo(this.connection)
  }

  onError(listener: (error: Error) => void): void {
    this.connection.on('error', listener)
    this.connection.on(STALE, listener)
  }

  /** Calls back each time that a connection was ended on which nothing came back, with how long that has gone on. */
  onSilent(listener: (silentMs: number) => void): void {
    this.connection.on(SILENT, listener)
  }

  /** Calls back each time that the broker is there again. */
  onReconnected(listener: () => void): void {
    this.connection.on('ready', listener)
  }

  /** Says goodbye, but not for ever: a broker that is away must not keep a worker from ending. */
  async close(): Promise<void> {
    this.#closed = true
    this.#subscription?.close()
    await withDeadline(this.connection.quit(), GOODBYE_MS, () => new Error('the broker is away')).catch(() => {})
    this.connection.disconnect()
  }
}

const placeOf = ({ id, lane }: ActiveJob): JobPlace => ({ id, lane: lane.lane })
