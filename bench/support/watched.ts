import { fileURLToPath } from 'node:url'
import { Pty } from './pty.ts'
import { PROJECT } from './taskq-side.ts'

const TASKQ = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** `taskq dashboard` in a terminal of this size, looking at the bench's project. */
export function openDashboard(redisUrl: string, { columns, rows }: { columns: number; rows: number }): Pty {
  const { TASKQ_BROKER: _broker, NO_COLOR: _colour, CI: _ci, ...env } = process.env
  return Pty.open(`'${process.execPath}' '${TASKQ}' dashboard`, {
    columns,
    rows,
    cwd: PROJECT,
    env: { ...env, REDIS_URL: redisUrl, LANG: 'C.UTF-8' },
  })
}
