import { spawn } from 'node:child_process'
import { safeLines } from '../codec/safe-text.js'

/** Shows a text in `$PAGER`, or in `less`, and resolves when it was left. Throws where it cannot be started. */
export async function runPager(text: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const pager = env.PAGER?.trim() || 'less'
  // As git does: $PAGER may hold options. Nothing of the text comes near the shell.
  const child = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env })
  // Whoever leaves a pager before its end closes the pipe.
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${safeLines(text)}\n`)
  const code = await withoutInterrupt(
    () =>
      new Promise<number | null>((resolve, reject) => {
        child.on('error', reject)
        child.on('close', resolve)
      }),
  )
  if (code === 126 || code === 127) throw new Error(`the pager ${pager} cannot be started: set PAGER to one that can`)
}

/** Ctrl-C in the pager is the pager's. */
async function withoutInterrupt<T>(run: () => Promise<T>): Promise<T> {
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  try {
    return await run()
  } finally {
    process.off('SIGINT', ignore)
  }
}
