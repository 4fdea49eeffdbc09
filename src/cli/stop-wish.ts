const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * For a command that goes on until somebody stops it: aborted by the first signal. Another one ends the process, as if
 * nobody had listened.
 */
export function stopWish(): AbortSignal {
  const wish = new AbortController()
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, stop)
    wish.abort()
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  return wish.signal
}

/** Resolves when the wish comes; at once where it has come. */
export function comes(wish: AbortSignal): Promise<void> {
  if (wish.aborted) return Promise.resolve()
  return new Promise((resolve) => wish.addEventListener('abort', () => resolve(), { once: true }))
}
