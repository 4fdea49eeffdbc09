const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?1049l\u001b[?25h'
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** A terminal that is ours, and not yet Ink's. */
export interface EarlyScreen {
  /** Ink has it now, and sees to it that it is given back. */
  readonly handOver: () => void
  /** Gives it back as it was: Ink has never come to have it. */
  readonly giveBack: () => void
}

/**
 * Opens the other screen before Ink does: half of the time to the first frame is spent on loading Ink. Keys wait for
 * it, Ctrl-C among them; a signal gives the terminal back and ends the process.
 */
export function openEarly(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): EarlyScreen {
  const handOver = () => {
    for (const signal of ENDING) process.off(signal, end)
  }
  const giveBack = () => {
    handOver()
    stdin.setRawMode(false)
    stdout.write(LEAVE)
  }
  const end = (signal: NodeJS.Signals) => {
    giveBack()
    process.kill(process.pid, signal)
  }
  for (const signal of ENDING) process.on(signal, end)
  stdout.write(ENTER)
  stdin.setRawMode(true)
  return { handOver, giveBack }
}
