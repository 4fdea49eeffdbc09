import { safeText } from '../../codec/safe-text.js'

/** What a worker says of itself when it starts. */
export interface BannerFacts {
  /** `name@host` */
  readonly name: string
  readonly version: string
  readonly broker: string
  readonly concurrency: number
  readonly queues: readonly string[]
  readonly tasks: readonly string[]
}

/** The start banner, in Celery's order. */
export function presentBanner({ name, version, broker, concurrency, queues, tasks }: BannerFacts): string {
  return [
    '',
    `taskq ${version} · ${safeText(name)} · process ${process.pid}`,
    '',
    '[config]',
    `  broker       ${safeText(broker)}`,
    `  concurrency  ${concurrency}`,
    '[queues]',
    ...queues.map((queue) => `  ${safeText(queue)}`),
    '[tasks]',
    ...(tasks.length === 0 ? ['  none were found: see taskq list'] : tasks.map((task) => `  ${safeText(task)}`)),
    '',
  ].join('\n')
}
