import { hostname } from 'node:os'
import type { RedisBroker } from '../config/resolved-config.js'
import { type BrokerInfo, readBrokerInfo } from './broker-info.js'
import type { Connection } from './connection.js'
import { type ActiveJob, type ConsumerOptions, LaneConsumer } from './consumer.js'
import { JobLog } from './job-log.js'
import type { Keys } from './keys.js'
import { LaneRegistry } from './lane-registry.js'
import { openConnection } from './open-connection.js'
import { type Retention, sweepLane } from './retention.js'
import { WorkerRegistry } from './worker-registry.js'

/** What a worker uses of the engine: one connection for all its commands, one more per lane to wait with. */
export class WorkerSide {
  readonly lanes: LaneRegistry
  readonly registry: WorkerRegistry
  readonly host = hostname()

  private constructor(
    private readonly connection: Connection,
    private readonly keys: Keys,
  ) {
    this.lanes = new LaneRegistry(connection, keys)
    this.registry = new WorkerRegistry(connection, keys)
  }

  /** Connects. Throws what {@link openConnection} throws. */
  static async open(broker: RedisBroker, keys: Keys, timeoutMs: number): Promise<WorkerSide> {
    return new WorkerSide(await openConnection(broker, 'worker', timeoutMs), keys)
  }

  consumer(lane: string, options: ConsumerOptions, onError: (error: Error) => void): LaneConsumer {
    return new LaneConsumer(lane, this.connection, this.keys, options, onError)
  }

  jobLog(job: ActiveJob): JobLog {
    return new JobLog(this.connection, this.keys, job)
  }

  async saveLargeResult(jobId: string, json: string, ttlMs: number): Promise<void> {
    await this.connection.set(this.keys.result(jobId), json, 'PX', Math.max(1, ttlMs))
  }

  sweep(lane: string, keep: Retention): Promise<number> {
    return sweepLane(this.connection, this.keys, lane, keep)
  }

  brokerInfo(): Promise<BrokerInfo> {
    return readBrokerInfo(this.connection)
  }

  onError(listener: (error: Error) => void): void {
    this.connection.on('error', listener)
  }

  async close(): Promise<void> {
    await this.connection.quit().catch(() => this.connection.disconnect())
  }
}
