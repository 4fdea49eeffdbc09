import type { BrokerInfo } from '../engine/connection/broker-info.js'
import type { Engine } from '../engine/engine.js'
import { type Overview, TASK_WINDOW_MINUTES } from './dashboard.js'
import { Inflow, sumOf } from './inflow.js'
import { completePulses, readQueueRows, readRates, SHOWN_PULSES } from './queue-rows.js'
import { toLeadingBeat } from './schedules-leader.js'
import { readTaskRows } from './task-rows.js'

/**
 * Looks at an app again and again. What does not change is asked for once; what only two looks can tell is remembered
 * from one to the next. A look costs the same however long the queues are.
 */
export class Monitor {
  readonly #inflow = new Inflow()
  #server: Promise<Pick<BrokerInfo, 'server' | 'version'>> | undefined

  /** @param label the broker's address for people, without any password */
  constructor(
    private readonly engine: Engine,
    private readonly label: string,
  ) {}

  /** What goes on now. @throws TaskqError `TASKQ_BROKER_UNREACHABLE`, `TASKQ_BROKER_AUTH` */
  async look(): Promise<Overview> {
    const { engine } = this
    const [server, { pingMs }, { at, queues }, pulses, minutes, workers, known, beat] = await Promise.all([
      this.#readServer(),
      engine.ping(),
      engine.queueOverviews(),
      // One more than is shown: the last one is not over yet.
      engine.stats.pulses(SHOWN_PULSES + 1),
      engine.stats.latest(TASK_WINDOW_MINUTES),
      engine.workers(),
      engine.knownTasks(),
      engine.leadingBeat(),
    ])
    const complete = completePulses(pulses, at)
    const backlog = WAITING_AND_RUNNING.reduce((sum, place) => sum + sumOf(queues, place), 0)
    return {
      at,
      broker: { ...server, pingMs, label: this.label },
      rates: { in: this.#inflow.note(at, backlog, pulses), ...readRates(complete) },
      queues: readQueueRows(queues, workers, complete),
      tasks: readTaskRows({ known, workers, minutes }),
      workers,
      beat: toLeadingBeat(beat),
    }
  }

  #readServer(): Promise<Pick<BrokerInfo, 'server' | 'version'>> {
    this.#server ??= this.engine
      .brokerInfo()
      .then(({ server, version }) => ({ server, version }))
      .catch((error) => {
        this.#server = undefined
        throw error
      })
    return this.#server
  }
}

const WAITING_AND_RUNNING = ['queued', 'blocked', 'scheduled', 'retrying', 'active'] as const
