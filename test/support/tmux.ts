import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { findProgram } from './find-program.js'

const run = promisify(execFile)

/** Why there is no tmux to test with; undefined where there is one. */
export const noTmux: string | undefined = findProgram('tmux') === undefined ? 'no tmux on PATH' : undefined

/** A real terminal with a program in it, on a tmux server of its own that ends with the test. */
export class Terminal {
  readonly #socket = join(tmpdir(), `taskq-tmux-${randomUUID().slice(0, 8)}`)

  private constructor() {}

  /** Opens a terminal of this size that runs the command through a shell. */
  static async open(
    command: string,
    { columns, rows, cwd, env }: { columns: number; rows: number; cwd: string; env: NodeJS.ProcessEnv },
  ): Promise<Terminal> {
    const terminal = new Terminal()
    onTestFinished(() => terminal.close())
    const size = ['-x', String(columns), '-y', String(rows)]
    await terminal.#tmux(['-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd, 'sh'], {
      ...env,
      TERM: 'xterm-256color',
    })
    await terminal.#tmux(['set-option', '-g', 'status', 'off'])
    await terminal.resize(columns, rows)
    await terminal.type(command)
    await terminal.press('Enter')
    return terminal
  }

  /** Presses keys by tmux's names: `Enter`, `Escape`, `C-c`, `j`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux(['send-keys', ...keys])
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux(['send-keys', '-l', text])
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux(['resize-window', '-x', String(columns), '-y', String(rows)])
  }

  /** What stands on the screen now, line by line; with `colours` as the terminal's own sequences. */
  async screen({ colours = false } = {}): Promise<string> {
    return this.#tmux(['capture-pane', '-p', ...(colours ? ['-e'] : [])])
  }

  /** Waits until the screen shows this. */
  async shows(wanted: string | RegExp, timeout = 15_000): Promise<string> {
    let screen = ''
    const look = async () => {
      screen = await this.screen()
      return screen
    }
    await expect.poll(look, { timeout, interval: 50 }).toMatch(typeof wanted === 'string' ? escaped(wanted) : wanted)
    return screen
  }

  /** Whether a full-screen program has the terminal. */
  async inAlternateScreen(): Promise<boolean> {
    return (await this.#tmux(['display-message', '-p', '#{alternate_on}'])).trim() === '1'
  }

  /** The window's title, which programs can set by escape sequences. */
  async title(): Promise<string> {
    return (await this.#tmux(['display-message', '-p', '#{pane_title}'])).trim()
  }

  async close(): Promise<void> {
    await this.#tmux(['kill-server']).catch(() => '')
  }

  async #tmux(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
    const { stdout } = await run('tmux', ['-u', '-S', this.#socket, ...args], { env })
    return stdout
  }
}

const escaped = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
