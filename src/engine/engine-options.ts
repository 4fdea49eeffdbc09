import type { RedisBroker } from '../config/resolved-config.js'

/** How the engine is reached. */
export interface EngineOptions {
  readonly broker: RedisBroker
  /** The app's prefix in Redis, without braces. */
  readonly prefix: string
  /** How long connecting, and each enqueue, may take. */
  readonly timeoutMs: number
  /** How many replicas must have a job before its enqueue is answered. Default 0: the broker's own answer is enough. */
  readonly replicas?: number
  /** Called whenever a connection fails or is lost. */
  readonly onConnectionError?: (error: Error) => void
}
