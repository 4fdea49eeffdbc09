import type { Problem } from '../errors/problems.js'
import type { BrokerOptions } from './broker-options.js'

const PLACES = ['url', 'sentinels', 'cluster'] as const

/** What is wrong between the keys of the broker's options; what is wrong with one alone is the schema's. */
export function brokerProblems(broker: unknown): Problem[] {
  if (typeof broker !== 'object' || broker === null || Array.isArray(broker)) return []
  const options = broker as BrokerOptions
  const given = PLACES.filter((place) => options[place] !== undefined)
  if (given.length !== 1) {
    const got = given.length === 0 ? 'none of them' : given.join(' and ')
    return [{ key: 'broker', expected: `exactly one of ${PLACES.join(', ')}`, got }]
  }
  return CHECKS.flatMap((check) => check(options) ?? [])
}

const CHECKS: readonly ((options: BrokerOptions) => Problem | undefined)[] = [
  ({ sentinels, name }) =>
    sentinels !== undefined && name === undefined
      ? { key: 'broker.name', expected: "the sentinels' name of the master", got: 'nothing' }
      : undefined,
  ({ sentinels, name }) =>
    sentinels === undefined && name !== undefined
      ? { key: 'broker.name', expected: 'sentinels beside it', got: 'none' }
      : undefined,
  ({ sentinels, sentinelPassword }) =>
    sentinels === undefined && sentinelPassword !== undefined
      ? { key: 'broker.sentinelPassword', expected: 'sentinels beside it', got: 'none' }
      : undefined,
  ({ cluster, db }) =>
    cluster !== undefined && db !== undefined && db !== 0
      ? { key: 'broker.db', expected: 'no database number, for a cluster has only one', got: String(db) }
      : undefined,
  ({ url, tls }) =>
    tls === false && typeof url === 'string' && url.startsWith('rediss:')
      ? { key: 'broker.tls', expected: 'true or an object, for rediss:// means TLS', got: 'false' }
      : undefined,
]
