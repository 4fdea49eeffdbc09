import { type Logger, pino } from 'pino'
import type { ResolvedConfig } from '../config/resolved-config.js'

/** The log of this process: lines of JSON, or lines for people, on standard output. */
export async function createLogger({ level, format }: ResolvedConfig['log']): Promise<Logger> {
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } }
  // Written at once: a process that dies has told all, in its order.
  if (format === 'json') {
    return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 1, sync: true }))
  }
  const { default: pretty } = await import('pino-pretty')
  const stream = pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true })
  return pino(options, stream)
}
