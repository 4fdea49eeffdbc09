import type { RedisBroker, ResolvedConfig } from '../config/resolved-config.js'
import type { EmbeddedBroker } from '../embedded/broker.js'
import { TaskqError } from '../errors/taskq-error.js'

/** The broker of an app: what to connect to, and the embedded one when it is that. */
export interface AppBroker {
  readonly redis: RedisBroker
  readonly embedded: EmbeddedBroker | undefined
}

/**
 * Finds the broker: the configured one, or the project's embedded one, which is started when it does not run.
 *
 * @throws TaskqError `TASKQ_EMBEDDED_REFUSED` in production, `TASKQ_EMBEDDED_START`
 */
export async function resolveBroker(config: ResolvedConfig, env: NodeJS.ProcessEnv): Promise<AppBroker> {
  if (config.broker.kind === 'redis') return { redis: config.broker, embedded: undefined }
  refuseInProduction(env)
  const { ensureEmbeddedBroker } = await import('../embedded/broker.js')
  const embedded = await ensureEmbeddedBroker({ projectRoot: config.root })
  return { redis: toRedis(embedded), embedded }
}

function toRedis({ url, engine }: EmbeddedBroker): RedisBroker {
  const { hostname, port, password } = new URL(url)
  return {
    kind: 'redis',
    mode: 'single',
    nodes: [{ host: hostname, port: Number(port) }],
    username: undefined,
    password: decodeURIComponent(password),
    db: 0,
    tls: undefined,
    master: undefined,
    sentinelPassword: undefined,
    label: `embedded broker (${engine === 'js' ? 'JavaScript engine' : `${engine}-server`}) on ${hostname}:${port}`,
  }
}

function refuseInProduction(env: NodeJS.ProcessEnv): void {
  if (env.NODE_ENV !== 'production' || env.TASKQ_ALLOW_EMBEDDED === '1') return
  throw new TaskqError('TASKQ_EMBEDDED_REFUSED', 'no broker is configured, and NODE_ENV is production', {
    hint: 'Set REDIS_URL, or broker in taskq.config.ts. (TASKQ_ALLOW_EMBEDDED=1 runs the development broker all the same.)',
  })
}
