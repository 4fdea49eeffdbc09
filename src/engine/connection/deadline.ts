/** What a timer of a busy process may be late by, and what an error takes to its caller: of 5 s, it is 200 ms. */
const MARGIN = 0.04

/** The time in which an attempt must end for its caller to hear of it within `ms`. */
export const withinTime = (ms: number): number => ms * (1 - MARGIN)

/**
 * Waits for work, but not for ever: rejects with `late()` after `ms`. A server that accepts everything and
 * answers nothing is noticed only so.
 *
 * @param hold whether the waiting keeps the process alive. Default true.
 */
export function withDeadline<T>(work: Promise<T>, ms: number, late: () => Error, hold = true): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms)
    if (!hold) timer.unref()
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
