import type { Measures, Metric, Scenario, Side, Site } from './scenario.ts'
import { median, type Spread, spreadOf } from './statistics.ts'

/** A metric after all rounds. */
export interface Outcome {
  readonly scenario: string
  readonly key: string
  readonly title: string
  readonly unit: string
  readonly taskq: Spread
  readonly raw: Spread
  /** taskq ÷ raw, made in each round of its two neighbours. */
  readonly ratio: Spread
  readonly target: string | undefined
  readonly met: boolean | undefined
}

/** Both sides of one round. */
type Round = Readonly<Record<Side, Measures>>

/**
 * Runs both sides of a scenario one after the other, round by round, and changes each round who begins.
 * The first round warms machine and Redis up and is not counted, unless the scenario says so.
 */
export async function runRounds(scenario: Scenario, site: Site, rounds: number): Promise<Outcome[]> {
  const counted: Round[] = []
  const total = Math.min(rounds, scenario.maxRounds ?? rounds)
  for (let round = scenario.countsFirst ? 1 : 0; round <= total; round++) {
    const both: Partial<Record<Side, Measures>> = {}
    for (const side of round % 2 === 0 ? (['taskq', 'raw'] as const) : (['raw', 'taskq'] as const)) {
      await site.admin.flushall('SYNC')
      both[side] = await scenario.run(site, side)
    }
    if (round > 0) counted.push(both as Round)
  }
  return scenario.metrics.map((metric) => toOutcome(scenario, metric, counted))
}

function toOutcome(scenario: Scenario, { key, title, unit, target }: Metric, rounds: readonly Round[]): Outcome {
  const of = (side: Side) => rounds.map((round) => round[side][key] ?? Number.NaN)
  const raw = of('raw')
  const taskq = of('taskq')
  const ratios = taskq.map((value, index) => value / (raw[index] ?? Number.NaN))
  const judged = target === undefined ? undefined : median(target.of === 'ratio' ? ratios : taskq)
  const { atLeast, atMost } = target ?? {}
  return {
    scenario: scenario.title,
    key: `${scenario.name}.${key}`,
    title,
    unit,
    taskq: spreadOf(taskq),
    raw: spreadOf(raw),
    ratio: spreadOf(ratios),
    target: atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : undefined,
    met: judged === undefined ? undefined : judged >= (atLeast ?? -Infinity) && judged <= (atMost ?? Infinity),
  }
}
