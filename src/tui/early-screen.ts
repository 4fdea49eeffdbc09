const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?1049l\u001b[?25h'

/**
 * Opens the other screen before Ink does: half of the time to the first frame is spent on loading Ink. Keys wait for
 * it, Ctrl-C among them. Returns how to give the terminal back where Ink has never come to have it.
 */
export function openEarly(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): () => void {
  stdout.write(ENTER)
  stdin.setRawMode(true)
  return () => {
    stdin.setRawMode(false)
    stdout.write(LEAVE)
  }
}
