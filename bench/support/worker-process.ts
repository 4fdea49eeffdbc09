import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Side } from './scenario.ts'
import { PROJECT } from './taskq-side.ts'

const TASKQ = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** Starts `taskq worker` in the bench's project, or a script with one BullMQ Worker. */
export function spawnWorker(side: Side, redisUrl: string): ChildProcess {
  const program = side === 'taskq' ? [TASKQ, 'worker', '--queue', 'bench'] : [join(PROJECT, 'raw-worker.mjs')]
  return spawnNode(program, { REDIS_URL: redisUrl, TASKQ_LOG_LEVEL: 'warn', NODE_ENV: 'production' })
}

/** Milliseconds that `taskq --help` takes. */
export const helpTime = (): Promise<number> => runTime([TASKQ, '--help'])

/** Milliseconds that `node -e 0` takes: what every program on Node pays. */
export const bareNodeTime = (): Promise<number> => runTime(['-e', '0'])

async function runTime(args: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  const [code] = (await once(spawnNode(args), 'exit')) as [number | null]
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with exit code ${code}`)
  return performance.now() - startedAt
}

function spawnNode(args: readonly string[], settings: Record<string, string> = {}): ChildProcess {
  const { TASKQ_BROKER: _broker, ...env } = process.env
  return spawn(process.execPath, args, {
    cwd: PROJECT,
    env: { ...env, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
