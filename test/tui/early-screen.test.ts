import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'

const EARLY = new URL('../../src/tui/early-screen.ts', import.meta.url).href

/** A process that has the terminal, and not yet Ink; what it writes, and how it ends on this signal. */
async function endedBy(signal: NodeJS.Signals) {
  const script = `
    const { openEarly } = await import(${JSON.stringify(EARLY)})
    openEarly({ setRawMode: (on) => process.stdout.write(on ? 'raw ' : 'cooked ') }, process.stdout)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!written.includes('raw') && (written + text).includes('raw')) child.kill(signal)
    written += text
  })
  const [, ending] = await once(child, 'close')
  return { written, ending }
}

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('gives the terminal back on %s', async (signal) => {
  const { written, ending } = await endedBy(signal)
  expect(written).toBe('\u001b[?1049h\u001b[?25lraw cooked \u001b[?1049l\u001b[?25h')
  expect(ending).toBe(signal)
})
