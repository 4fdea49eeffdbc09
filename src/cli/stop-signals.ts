const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Takes signals as steps: the first runs the first step, the second the second, and the one after the last
 * ends the process. A parent that started this process with a channel (`taskq dev`) can ask for a step by
 * its number; when the parent is gone, all steps are run.
 */
export function listenForStop(steps: readonly (() => void)[]): void {
  let done = 0
  const advanceTo = (count: number): void => {
    while (done < Math.min(count, steps.length)) steps[done++]?.()
  }
  const onSignal = (signal: keyof typeof SIGNALS): void => {
    if (done >= steps.length) process.exit(SIGNALS[signal])
    advanceTo(done + 1)
  }
  const onMessage = (message: unknown): void => {
    const wanted = (message as { stop?: unknown } | null)?.stop
    if (typeof wanted === 'number') advanceTo(wanted)
  }
  const onDisconnect = (): void => advanceTo(steps.length)
  for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal)
  process.on('message', onMessage).on('disconnect', onDisconnect)
  // It may have gone before anybody listened.
  if (process.send !== undefined && !process.connected) onDisconnect()
}
