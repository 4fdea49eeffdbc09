import { integer, string } from '@oclif/core/flags'
import type { FlagValues } from '../config/overrides.js'
import { type LogFlags, logFlags, logSettingsOf } from './log-flags.js'

/** The flags that `worker` and `dev` share. Letters are Celery's. */
export const workerFlags = {
  queue: string({
    char: 'Q',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: "serve these queues only; again, or a comma list, for more. Default: all of the project's",
  }),
  'exclude-queue': string({
    char: 'X',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'serve all queues but these',
  }),
  concurrency: integer({ char: 'c', description: 'jobs at once, over all queues. Default: 10' }),
  name: string({ char: 'n', description: 'the name before @host. Default: worker' }),
  ...logFlags,
  'shutdown-timeout': string({ description: 'how long running jobs may go on after SIGTERM. Default: 25s' }),
} as const

/** Those flags, as they were given. */
export interface WorkerFlags extends LogFlags {
  readonly queue?: string[] | undefined
  readonly 'exclude-queue'?: string[] | undefined
  readonly concurrency?: number | undefined
  readonly name?: string | undefined
  readonly 'shutdown-timeout'?: string | undefined
}

/** The settings that they override. */
export function settingsOf(flags: WorkerFlags): Partial<FlagValues> {
  const { concurrency, 'shutdown-timeout': shutdownTimeout } = flags
  return {
    ...logSettingsOf(flags),
    ...(concurrency !== undefined && { concurrency }),
    ...(shutdownTimeout !== undefined && { shutdownTimeout }),
  }
}
