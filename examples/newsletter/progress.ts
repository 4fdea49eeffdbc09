import type { Sink } from './sink.ts'

const WIDTH = 30

/**
 * Shows how many mails have arrived until it is told to stop: a bar on a terminal, else a line every second.
 *
 * @returns stops it
 */
export function showProgress(sink: Sink, rows: number): () => void {
  const { stdout } = process
  const startedAt = performance.now()
  const line = () => {
    const sent = sink.accepted.size
    const seconds = (performance.now() - startedAt) / 1000
    const earlier = sink.earlier > 0 ? ` · ${sink.earlier} of an earlier run` : ''
    return `${sent} of ${rows} rows sent · ${sink.deferred} put off · ${Math.round(sent / seconds)}/s${earlier}`
  }
  if (!stdout.isTTY) {
    const timer = setInterval(() => console.log(line()), 1000)
    return () => clearInterval(timer)
  }
  const draw = () => {
    const done = Math.round((sink.accepted.size / rows) * WIDTH)
    stdout.write(`\r\x1b[2K${'█'.repeat(done)}${'░'.repeat(WIDTH - done)} ${line()}`)
  }
  const timer = setInterval(draw, 100)
  return () => {
    clearInterval(timer)
    draw()
    stdout.write('\n')
  }
}
