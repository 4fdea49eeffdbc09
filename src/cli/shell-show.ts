import { inspect } from 'node:util'
import { safeLines } from '../codec/safe-text.js'
import { MASK } from '../config/mask-url.js'
import type { ResolvedConfig } from '../config/resolved-config.js'

/**
 * Makes what the shell shows a value by: what values hold cannot speak to the terminal, and the secrets of the
 * configuration, which `app` and `config` hold, are masked.
 */
export function createShow(config: ResolvedConfig): (value: unknown) => string {
  const secrets = secretsOf(config)
  return (value) => {
    const text = inspect(value, { depth: 4 })
    return safeLines(secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text))
  }
}

/** The longest first: one may be a part of another. */
function secretsOf({ broker, alerts }: ResolvedConfig): string[] {
  const passwords = broker.kind === 'redis' ? [broker.password, broker.sentinelPassword] : []
  const { webhook } = alerts
  const known = [...passwords, ...(webhook === undefined ? [] : [webhook.url, ...Object.values(webhook.headers)])]
  const given = known.filter((secret) => secret !== undefined && secret !== '')
  // As they stand, and as they do in quotes.
  const written = given.flatMap((secret) => [secret as string, inspect(secret).slice(1, -1)])
  return [...new Set(written)].sort((a, b) => b.length - a.length)
}
