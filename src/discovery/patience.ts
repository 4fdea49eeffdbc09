const TICK_MS = 25

/**
 * Waits for work, but no longer than `idleMs` in which nothing else happens. Time in which the process is
 * busy with the work itself (reading, compiling) does not count: a slow machine is no reason to give up.
 *
 * @throws what `giveUp` makes, when the time is over; the work cannot be stopped and is left alone
 */
export function withPatience<T>(work: Promise<T>, idleMs: number, giveUp: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    let ticks = Math.ceil(idleMs / TICK_MS)
    const timer = setInterval(() => {
      ticks -= 1
      if (ticks > 0) return
      clearInterval(timer)
      reject(giveUp())
    }, TICK_MS)
    work.then(resolve, reject).finally(() => clearInterval(timer))
  })
}
