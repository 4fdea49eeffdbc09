/** Where the line is shown: standard error, so that what a command prints stays as it is. */
type Screen = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>

/** Work that is done sooner shows nothing. */
const QUIET_MS = 500
/** A terminal is written to so often at the most. */
const EVERY_MS = 100
const CLEAR = '\r\u001b[K'

/** Says how far the work has come. It is asked for its words only where they are shown. */
export type Show = (words: () => string) => void

/**
 * Shows how far work has come, on a line that is written over and is gone at its end. Only on a terminal, and only where
 * the work takes long.
 */
export async function withProgress<T>(work: (show: Show) => Promise<T>, screen: Screen = process.stderr): Promise<T> {
  if (!screen.isTTY || process.env.TERM === 'dumb') return work(() => {})
  let nextAt = performance.now() + QUIET_MS
  let isShown = false
  const show: Show = (words) => {
    const now = performance.now()
    if (now < nextAt) return
    nextAt = now + EVERY_MS
    isShown = true
    // A line that wraps could not be written over. Some terminals say that they have no columns.
    screen.write(CLEAR + words().slice(0, (screen.columns || 80) - 1))
  }
  try {
    return await work(show)
  } finally {
    if (isShown) screen.write(CLEAR)
  }
}

export const countOf = (count: number): string => count.toLocaleString('en')
