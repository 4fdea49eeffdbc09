import type { RedisQueueBackend } from 'bullmq'
import type { Connection } from '../connection/connection.js'
import { engineScript } from '../engine-script.js'

/** How a lane's lost jobs are looked for. */
interface CheckRules {
  readonly lockMs: number
  readonly stallCheckMs: number
  readonly now: () => number
}

/** A connection that has learnt the script. */
interface Scripted {
  taskqCheck(...keysAndArgs: unknown[]): Promise<unknown>
}

/** How the engine's backend runs a script. */
interface Executing {
  execCommand(client: unknown, command: string, args: readonly unknown[]): Promise<unknown>
}

/** The keys of the engine's script, and the arguments. */
const KEYS = 9
const ARGS = 4
/** A look that comes so late has waited for a broker that was away. */
const LATE_MS = 1000
/** A look that was longer ago is as none: the broker, or all who look, were away. */
const countsMs = ({ lockMs, stallCheckMs }: CheckRules): number =>
  Math.ceil(Math.max(5000, 0.8 * lockMs, 1.6 * stallCheckMs))

/**
 * Keeps the engine's look for lost jobs from taking an outage for the death of workers: nobody could renew a lock while
 * the broker was away. A look that was asked for before, and comes only now, is none; and after a time without looks, the
 * first only notes what is active, as what was noted before the outage says nothing any more.
 */
const CAREFUL = `
local taskqTime = redis.call('TIME')
if taskqTime[1] * 1000 + taskqTime[2] / 1000 - ARGV[${ARGS + 1}] > ${LATE_MS} then return {} end
if redis.call('EXISTS', KEYS[${KEYS + 1}]) == 0 then redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[${KEYS + 1}], '1', 'PX', ARGV[${ARGS + 2}])
`

/**
 * Makes a backend look for lost jobs carefully. To be called once the engine has told the connection its scripts.
 *
 * @param checkedKey stands while the lane is looked through again and again
 */
export function checkCarefully(
  backend: RedisQueueBackend,
  connection: Connection,
  checkedKey: string,
  rules: CheckRules,
): void {
  const scripted = connection as unknown as Scripted
  if (!('taskqCheck' in connection)) {
    const lua = CAREFUL + engineScript(connection, 'moveStalledJobsToWait').lua
    connection.defineCommand('taskqCheck', { numberOfKeys: KEYS + 1, lua })
  }
  const executing = backend as unknown as Executing
  const execute = executing.execCommand.bind(backend)
  executing.execCommand = (client, command, args) => {
    if (command !== 'moveStalledJobsToWait') return execute(client, command, args)
    const values = args.slice(KEYS)
    return scripted.taskqCheck(...args.slice(0, KEYS), checkedKey, ...values, rules.now(), countsMs(rules))
  }
}
