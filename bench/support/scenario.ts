import type { Redis } from 'ioredis'

/** Who does the work: taskq, or BullMQ as a competent user writes it. */
export type Side = 'taskq' | 'raw'

/** What one side came to in one round, by the key of the metric. */
export type Measures = Readonly<Record<string, number>>

/** What must hold: of the ratio taskq ÷ raw, or of taskq's own value. */
export interface Target {
  readonly of: 'ratio' | 'taskq'
  readonly atLeast?: number
  readonly atMost?: number
}

/** One line of the table. */
export interface Metric {
  /** Where its value stands among the measures. */
  readonly key: string
  readonly title: string
  readonly unit: string
  readonly target?: Target
}

/** What a scenario works with. */
export interface Site {
  readonly redisUrl: string
  readonly admin: Redis
  /** Fewer jobs: to see that it works, not to judge. */
  readonly quick: boolean
}

/** What a child process is told. */
export interface ChildTask {
  readonly scenario: string
  readonly side: Side
  readonly redisUrl: string
  readonly params: Readonly<Record<string, number>>
}

/** One thing that is measured on both sides. Redis is empty when `run` begins. */
export interface Scenario {
  readonly name: string
  readonly title: string
  readonly metrics: readonly Metric[]
  /** Where fewer rounds tell enough. */
  readonly maxRounds?: number
  /** The first round counts, too: what warms up is left out within each round. */
  readonly countsFirst?: true
  /** One round of one side, seen from the harness. */
  run(site: Site, side: Side): Promise<Measures>
  /** What a child process does for one round of one side. */
  readonly child?: Readonly<Record<Side, (task: ChildTask, tell: Tell) => Promise<void>>>
}

/** How a child process reports: `ready` when it can be given load, and once what it measured. */
export interface Tell {
  ready(): void
  measured(measures: Measures): void
}
