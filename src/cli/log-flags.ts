import { string } from '@oclif/core/flags'
import type { FlagValues } from '../config/overrides.js'

/** The flags of commands that log. The letter is Celery's. */
export const logFlags = {
  'log-level': string({
    char: 'l',
    aliases: ['loglevel'],
    description: 'the least level that is written: debug, info, warn, error or silent. Default: info',
  }),
  'log-format': string({ description: 'pretty or json. Default: pretty in a terminal, else json' }),
} as const

/** Those flags, as they were given. */
export interface LogFlags {
  readonly 'log-level'?: string | undefined
  readonly 'log-format'?: string | undefined
}

/** The settings that they override. */
export function logSettingsOf({ 'log-level': logLevel, 'log-format': logFormat }: LogFlags): Partial<FlagValues> {
  return { ...(logLevel !== undefined && { logLevel }), ...(logFormat !== undefined && { logFormat }) }
}
