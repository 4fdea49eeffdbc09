import { setTimeout as sleep } from 'node:timers/promises'
import { isTaskqError } from '../errors/taskq-error.js'
import { type AwaitedJob, type RunSlot, scopeHere } from './scope.js'

/** What is known at once needs no other run's turn. */
const AT_ONCE_MS = 5
/** What a run waits for may be revoked together with it: that it is to end itself is heard of within this time. */
const HEARD_MS = 500

/**
 * Waits for other jobs. Where a run of a worker does it, its slot is free for others meanwhile, those jobs among them; and
 * when the run is to end, the waiting ends as well, with the reason.
 *
 * @param wait is given the run's signal, so that it stops where nobody waits any more
 * @param awaited what it waits for, where that is one job or workflow
 */
export async function whileWaiting<T>(wait: (signal?: AbortSignal) => Promise<T>, awaited?: AwaitedJob): Promise<T> {
  const scope = scopeHere()
  const signal = scope?.run?.signal
  const waiting = signal === undefined ? wait : () => untilAborted(signal, wait)
  return scope?.slot === undefined ? waiting() : lendSlot(scope.slot, waiting, awaited)
}

async function lendSlot<T>(slot: RunSlot, wait: () => Promise<T>, awaited?: AwaitedJob): Promise<T> {
  let hasLeft = false
  const leaving = setTimeout(() => {
    hasLeft = true
    slot.leaveSlot(awaited)
  }, AT_ONCE_MS)
  try {
    return await wait()
  } finally {
    clearTimeout(leaving)
    if (hasLeft) await slot.regainSlot()
  }
}

async function untilAborted<T>(signal: AbortSignal, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([wait(signal), promise])
  } catch (error) {
    if (isTaskqError(error, 'TASKQ_JOB_REVOKED')) await Promise.race([promise, sleep(HEARD_MS)])
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
