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
