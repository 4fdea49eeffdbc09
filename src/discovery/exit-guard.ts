import { safeText } from '../codec/safe-text.js'

/**
 * Loads a file that might end the process by `process.exit`: then the process says which file it was and ends
 * with 1, where it would otherwise look like success.
 */
export async function guardExit<T>(file: string, load: () => Promise<T>): Promise<T> {
  const onExit = (code: number): void => {
    // Another code speaks for itself, or is a signal's.
    if (code !== 0) return
    process.exitCode = 1
    process.stderr.write(`Error: ${safeText(file)} ended the process while it was loaded (process.exit)\n`)
  }
  process.on('exit', onExit)
  try {
    return await load()
  } finally {
    process.off('exit', onExit)
  }
}
