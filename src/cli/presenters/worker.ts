import { safeText } from '../../codec/safe-text.js'

/** What a worker says of itself when it starts. */
export interface BannerFacts {
  /** `name@host` */
  readonly name: string
  readonly version: string
  readonly broker: string
  readonly concurrency: number
  /** Bounds between which it chooses that itself. */
  readonly autoscale?: { readonly min: number; readonly max: number } | undefined
  /** Where tasks run that do not say it. */
  readonly pool?: string
  readonly queues: readonly string[]
  readonly tasks: readonly string[]
}

/** The start banner, in Celery's order. */
export function presentBanner(facts: BannerFacts): string {
  const { name, version, broker, queues, tasks } = facts
  return [
    '',
    `taskq ${version} · ${safeText(name)} · process ${process.pid}`,
    '',
    '[config]',
    `  broker       ${safeText(broker)}`,
    `  concurrency  ${presentConcurrency(facts)}`,
    '[queues]',
    ...queues.map((queue) => `  ${safeText(queue)}`),
    '[tasks]',
    ...(tasks.length === 0 ? ['  none were found: see taskq list'] : tasks.map((task) => `  ${safeText(task)}`)),
    '',
  ].join('\n')
}

function presentConcurrency({ concurrency, autoscale, pool = 'async' }: BannerFacts): string {
  const slots = autoscale === undefined ? String(concurrency) : `${autoscale.min} to ${autoscale.max} (autoscale)`
  return pool === 'async' ? slots : `${slots}, each in a ${pool} of its own`
}
