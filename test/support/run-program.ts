import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** How a program ended, and all it printed. */
export interface ProgramRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, without a terminal; kills it after `timeoutMs` (default 60 s). */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; timeoutMs?: number },
): Promise<ProgramRun> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    // Windows has npm and the like as .cmd files.
    shell: process.platform === 'win32' && program !== process.execPath,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, ...output }
}

/** The environment as a user's shell has it: nothing of the test run, no broker, no colours. */
export function userEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([key]) => !/^(?:npm_|VITEST|TASKQ_|REDIS_URL$|NODE_ENV$|NODE_OPTIONS$|CI$|FORCE_COLOR$|TEST$)/.test(key),
  )
  return {
    ...Object.fromEntries(kept),
    NO_COLOR: '1',
    npm_config_prefer_offline: 'true',
    npm_config_fund: 'false',
    ...more,
  }
}
