import type { RedisQueueBackend } from 'bullmq'

/** Where the engine's scripts are told what time it is, among their keys and arguments. */
const TIME_AT: Readonly<Record<string, number>> = { moveToActive: 12, moveToFinished: 15, retryJob: 12 }

/** How the engine's backend runs a script. */
interface Executing {
  execCommand(client: unknown, command: string, args: readonly unknown[]): Promise<unknown>
}

/** What a script is given, with another time than that of this machine's clock. */
export function withTime(command: string, args: readonly unknown[], now: () => number): readonly unknown[] {
  const at = TIME_AT[command]
  return at === undefined ? args : args.with(at, Math.floor(now()))
}

/**
 * Lets a backend tell its scripts the broker's time. The engine would tell them this machine's, and a worker whose clock
 * is a minute ahead would run delayed jobs a minute early.
 */
export function tellTime(backend: RedisQueueBackend, now: () => number): void {
  const executing = backend as unknown as Executing
  const execute = executing.execCommand.bind(backend)
  executing.execCommand = (client, command, args) => execute(client, command, withTime(command, args, now))
}
