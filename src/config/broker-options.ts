/** One Redis to connect to. */
export interface BrokerHost {
  readonly host: string
  /** Default 6379, for a sentinel 26379. */
  readonly port?: number
}

/** How to trust, and to be trusted, over TLS. The strings are PEM text, not paths. */
export interface BrokerTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** The name the certificate must carry. Default: the host. */
  readonly servername?: string
}

/** Where Redis is: exactly one of `url`, `sentinels` and `cluster`. */
export interface BrokerOptions {
  /** `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS. */
  readonly url?: string
  /** Wins over the URL's. */
  readonly username?: string
  /** Wins over the URL's. */
  readonly password?: string
  /** `true` for TLS as `rediss://` has it, or its certificates. Default: what the URL says. */
  readonly tls?: boolean | BrokerTls
  /** Sentinels to ask for the master, without TLS and without a user name. Needs `name`. */
  readonly sentinels?: readonly BrokerHost[]
  /** The name of the master that the sentinels watch. */
  readonly name?: string
  /** The sentinels' own password. */
  readonly sentinelPassword?: string
  /** Some nodes of a Redis Cluster; the others are found through them. */
  readonly cluster?: readonly BrokerHost[]
  /** The number of the database; none in a cluster. Default 0. Wins over the URL's. */
  readonly db?: number
}
