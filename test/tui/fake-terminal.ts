import { PassThrough, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { vi } from 'vitest'

const ENTER_ALTERNATE = '\u001b[?1049h'
const LEAVE_ALTERNATE = '\u001b[?1049l'
const SHOW_CURSOR = '\u001b[?25h'

/** A terminal's both ends, in memory. */
export class FakeTerminal {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  /** All that was written. */
  written = ''
  rawMode = false

  constructor(columns = 100, rows = 30) {
    const add = (text: string): void => {
      this.written += text
    }
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        add(chunk.toString())
        done()
      },
    })
    this.stdout = Object.assign(output, { isTTY: true, columns, rows }) as unknown as NodeJS.WriteStream
    const setRawMode = (isRaw: boolean): void => {
      this.rawMode = isRaw
    }
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode, ref: () => {}, unref: () => {} })
    this.stdin = input as unknown as NodeJS.ReadStream
  }

  /** What was written since it was cleared, without colours and movements. */
  get text(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: going to a row is a sequence
    return stripVTControlCharacters(this.written.replace(/\u001b\[\d+;1H/g, '\n'))
  }

  get isInAlternateScreen(): boolean {
    return this.written.lastIndexOf(ENTER_ALTERNATE) > this.written.lastIndexOf(LEAVE_ALTERNATE)
  }

  /** Whether it is as it was before: the first screen, the cursor shown, keys with echo. */
  get isRestored(): boolean {
    const cursorShown = this.written.lastIndexOf(SHOW_CURSOR) > this.written.lastIndexOf('\u001b[?25l')
    return !this.isInAlternateScreen && cursorShown && !this.rawMode
  }

  press(keys: string): void {
    ;(this.stdin as unknown as PassThrough).write(keys)
  }

  resize(columns: number, rows: number): void {
    Object.assign(this.stdout, { columns, rows })
    this.stdout.emit('resize')
  }

  /** Waits until the text has been written. */
  async shows(text: string | RegExp, timeout = 5000): Promise<void> {
    await vi.waitFor(
      () => {
        const found = typeof text === 'string' ? this.text.includes(text) : text.test(this.text)
        if (!found) throw new Error(`${text} is not on the screen, but:\n${this.text.slice(-3000)}`)
      },
      { timeout, interval: 10 },
    )
  }

  /** Forgets what was written: the next look is at what comes from now on. */
  clear(): void {
    this.written = ''
  }
}
