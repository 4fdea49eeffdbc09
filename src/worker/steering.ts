import type { CommandOutcome } from '../engine/control/control-listener.js'
import { MAX_SLOTS } from '../engine/control/parse-command.js'
import type { WorkerCommand } from '../engine/control/worker-command.js'
import type { Autoscaler } from './autoscaler.js'
import type { Dispatcher } from './dispatcher.js'
import type { LiveEvents } from './live-events.js'
import type { ServedLanes } from './served-lanes.js'

/** What of a worker can be steered. */
export interface Steered {
  readonly dispatcher: Pick<Dispatcher, 'slots' | 'resize' | 'limitOf' | 'limitQueue'>
  readonly lanes: Pick<ServedLanes, 'serves' | 'addQueue' | 'cancelQueue'>
  readonly autoscaler: Pick<Autoscaler, 'range' | 'set'>
  readonly live: Pick<LiveEvents, 'watch'>
  readonly describeConfig: () => unknown
  /** Reads stored limits again. */
  readonly refresh: () => Promise<void>
  /** Looks which of these jobs run here and were revoked; with `ahead`, which were before they came. */
  readonly hearRevoked: (ids: readonly string[], ahead: boolean) => Promise<void>
  /** Says at once what the worker is now. */
  readonly announce: () => void
  readonly isStopping: () => boolean
  readonly stop: () => void
  /** Told what was changed, and in words. */
  readonly onSteered: (command: string, text: string) => void
}

type CommandOf<N extends WorkerCommand['name']> = Extract<WorkerCommand, { readonly name: N }>

/** Carries out what a worker is told while it runs. */
export class Steering {
  constructor(private readonly worker: Steered) {}

  /** Does it, and says in words for people what has changed. */
  readonly carryOut = async (command: WorkerCommand): Promise<CommandOutcome> => {
    switch (command.name) {
      case 'ping':
        return done('pong')
      case 'conf':
        return { ok: true, text: 'settings, secrets masked', data: this.worker.describeConfig() }
      case 'watch':
        return this.#watch(command)
      case 'shutdown':
        return this.#shutDown()
      case 'revoked':
        return this.worker.hearRevoked(command.ids, command.ahead).then(() => done('has looked'))
      default:
        return this.#change(command)
    }
  }

  async #change(command: Exclude<WorkerCommand, CommandOf<'ping' | 'conf' | 'watch' | 'shutdown' | 'revoked'>>) {
    if (this.worker.isStopping()) return refused('it is shutting down')
    const outcome = await this.#changeTo(command)
    if (!outcome.ok) return outcome
    this.worker.onSteered(command.name, outcome.text)
    this.worker.announce()
    return outcome
  }

  #changeTo(
    command: Exclude<WorkerCommand, CommandOf<'ping' | 'conf' | 'watch' | 'shutdown' | 'revoked'>>,
  ): CommandOutcome | Promise<CommandOutcome> {
    const { slots } = this.worker.dispatcher
    switch (command.name) {
      case 'concurrency':
        return command.queue === undefined
          ? this.#resize(command.slots)
          : this.#limitQueue(command.queue, command.slots)
      case 'pool-grow':
        return this.#resize(slots + command.by)
      case 'pool-shrink':
        return this.#resize(Math.max(1, slots - command.by))
      case 'autoscale':
        return this.#autoscale(command)
      case 'add-queue':
        return this.#addQueue(command.queue)
      case 'cancel-queue':
        return this.#cancelQueue(command.queue)
      case 'refresh':
        return this.worker.refresh().then(() => done('has read the stored limits again'))
    }
  }

  #resize(slots: number): CommandOutcome {
    const { dispatcher, autoscaler } = this.worker
    if (slots > MAX_SLOTS) return refused(`slots: expected at most ${MAX_SLOTS}, got ${slots}`)
    const was = dispatcher.slots
    const wasScaled = autoscaler.range !== undefined
    autoscaler.set(undefined)
    dispatcher.resize(slots)
    return done(`concurrency is ${slots} now (was ${was})${wasScaled ? '; autoscale is off' : ''}`)
  }

  #limitQueue(queue: string, slots: number): CommandOutcome {
    const { dispatcher, lanes } = this.worker
    if (!lanes.serves(queue)) return refused(`it does not serve the queue ${queue}`)
    const was = dispatcher.limitOf(queue)
    dispatcher.limitQueue(queue, slots)
    return done(`concurrency of ${queue} is ${slots} now (was ${was ?? 'not limited'})`)
  }

  #autoscale({ min, max }: CommandOf<'autoscale'>): CommandOutcome {
    const { autoscaler, dispatcher } = this.worker
    if (min === undefined || max === undefined) {
      autoscaler.set(undefined)
      return done(`autoscale is off, concurrency stays at ${dispatcher.slots}`)
    }
    autoscaler.set({ min, max })
    return done(`concurrency is from ${min} to ${max} now, as needed`)
  }

  async #addQueue(queue: string): Promise<CommandOutcome> {
    if (this.worker.lanes.serves(queue)) return done(`it serves the queue ${queue} already`)
    await this.worker.lanes.addQueue(queue)
    return done(`it serves the queue ${queue} now`)
  }

  #cancelQueue(queue: string): CommandOutcome {
    if (!this.worker.lanes.serves(queue)) return refused(`it does not serve the queue ${queue}`)
    this.worker.lanes.cancelQueue(queue)
    return done(`it takes no more jobs of the queue ${queue}`)
  }

  #watch({ forMs }: CommandOf<'watch'>): CommandOutcome {
    this.worker.live.watch(forMs)
    this.worker.announce()
    return done('is watched')
  }

  #shutDown(): CommandOutcome {
    if (this.worker.isStopping()) return done('it is shutting down already')
    this.worker.onSteered('shutdown', 'it shuts down')
    return { ...done('it shuts down'), afterwards: this.worker.stop }
  }
}

const done = (text: string): CommandOutcome => ({ ok: true, text })
const refused = (text: string): CommandOutcome => ({ ok: false, text })
