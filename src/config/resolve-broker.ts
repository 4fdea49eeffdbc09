import type { BrokerHost, BrokerOptions, BrokerTls } from './broker-options.js'
import { parseBrokerUrl } from './broker-url.js'
import type { RedisBroker, ResolvedBroker } from './resolved-config.js'

const REDIS_PORT = 6379
const SENTINEL_PORT = 26_379

/** Turns a checked `broker` setting into one form; unset means the embedded broker. */
export function resolveBroker(setting: string | BrokerOptions | undefined): ResolvedBroker {
  if (setting === undefined) return { kind: 'embedded' }
  const options = typeof setting === 'string' ? { url: setting } : setting
  const broker = { ...placeOf(options), tls: tlsOf(options) }
  return { ...broker, label: labelOf(broker) }
}

type Unlabelled = Omit<RedisBroker, 'label'>

function placeOf(options: BrokerOptions): Omit<Unlabelled, 'tls'> {
  const url = parseBrokerUrl(options.url)
  const login = {
    kind: 'redis' as const,
    username: options.username ?? url?.username,
    password: options.password ?? url?.password,
    db: options.db ?? url?.db ?? 0,
    master: options.name,
    sentinelPassword: options.sentinelPassword,
  }
  if (options.sentinels !== undefined) {
    return { ...login, mode: 'sentinel', nodes: nodesOf(options.sentinels, SENTINEL_PORT) }
  }
  if (options.cluster !== undefined) return { ...login, mode: 'cluster', nodes: nodesOf(options.cluster, REDIS_PORT) }
  return { ...login, mode: 'single', nodes: [{ host: url?.host ?? '127.0.0.1', port: url?.port ?? REDIS_PORT }] }
}

const nodesOf = (hosts: readonly BrokerHost[], port: number) =>
  hosts.map((node) => ({ host: node.host, port: node.port ?? port }))

function tlsOf({ tls, url }: BrokerOptions): BrokerTls | undefined {
  if (typeof tls === 'object') return { ...tls }
  const wanted = tls ?? parseBrokerUrl(url)?.tls ?? false
  return wanted ? {} : undefined
}

const SCHEMES = { single: '', sentinel: '+sentinel', cluster: '+cluster' }

function labelOf(broker: Unlabelled): string {
  const scheme = `${broker.tls === undefined ? 'redis' : 'rediss'}${SCHEMES[broker.mode]}`
  const login = broker.password === undefined ? (broker.username ?? '') : `${broker.username ?? ''}:***`
  const nodes = broker.nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',')
  const master = broker.master === undefined ? '' : `/${broker.master}`
  const db = broker.mode === 'cluster' ? '' : `/${broker.db}`
  return `${scheme}://${login}${login === '' ? '' : '@'}${nodes}${master}${db}`
}
