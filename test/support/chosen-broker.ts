import { findProgram } from './find-program.js'

/** Which broker the tests run on, and what is therefore not run, with the reason. */
export interface ChosenBroker {
  readonly kind: 'redis' | 'embedded'
  readonly notRun: string
}

/**
 * Reads `TASKQ_TEST_BROKER` (`redis` or `embedded`); without it, real Redis where there is a
 * `redis-server` on PATH, else the embedded broker.
 *
 * @throws Error for another value, and for `redis` where there is no `redis-server`
 */
export function chooseBroker(env: NodeJS.ProcessEnv = process.env, redis = findProgram('redis-server')): ChosenBroker {
  const wanted = env.TASKQ_TEST_BROKER
  if (wanted !== undefined && wanted !== 'redis' && wanted !== 'embedded') {
    throw new Error(`TASKQ_TEST_BROKER: expected redis or embedded, got ${JSON.stringify(wanted)}`)
  }
  if (wanted === 'redis' && redis === undefined) {
    throw new Error('TASKQ_TEST_BROKER=redis, but there is no redis-server on PATH')
  }
  if (wanted === 'embedded') return { kind: 'embedded', notRun: 'real Redis: TASKQ_TEST_BROKER=embedded' }
  if (redis === undefined) return { kind: 'embedded', notRun: 'real Redis: no redis-server on PATH' }
  const reason =
    wanted === 'redis' ? 'TASKQ_TEST_BROKER=redis' : 'redis-server is on PATH; TASKQ_TEST_BROKER=embedded runs it'
  return { kind: 'redis', notRun: `the same tests on the embedded broker: ${reason}` }
}
